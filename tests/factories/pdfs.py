"""PDF files to send: whole, locked, and broken."""

from io import BytesIO
from itertools import accumulate


def pdf(pages: int = 1, *, encrypt: str = "") -> bytes:
    """A file of so many empty pages; ``encrypt`` is the body of an /Encrypt object."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(pages))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        *["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] >>"] * pages,
    ]
    if encrypt:
        bodies.append(encrypt)
    head = b"%PDF-1.4\n"
    objects = [f"{n} 0 obj\n{body}\nendobj\n".encode() for n, body in enumerate(bodies, 1)]
    starts = list(accumulate((len(one) for one in objects), initial=len(head)))
    table = "".join(f"{start:010} 00000 n \n" for start in starts[:-1])
    locked = f"/Encrypt {len(bodies)} 0 R /ID [<{'0' * 32}> <{'0' * 32}>]" if encrypt else ""
    size = len(bodies) + 1
    file = BytesIO()
    file.write(head + b"".join(objects))
    file.write(f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode())
    file.write(f"trailer\n<< /Size {size} /Root 1 0 R {locked}>>\n".encode())
    file.write(f"startxref\n{starts[-1]}\n%%EOF\n".encode())
    return file.getvalue()


def locked_pdf() -> bytes:
    """A file that opens with a password only."""
    values = f"/O <{'ab' * 32}> /U <{'cd' * 32}> /P -4"
    return pdf(encrypt=f"<< /Filter /Standard /V 1 /R 2 {values} >>")
