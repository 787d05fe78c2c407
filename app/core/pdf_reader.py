"""The process that reads one PDF file: ``pdf_reader.py count|draw [side] seconds``, file on stdin.

It imports nothing of Outlay, and gives itself bounds before it looks at the file.
"""

import io
import resource
import sys
from typing import Any

MEMORY = 1024**3
LOCKED = 3
_FAILED = 1
_QUALITY = 80


def main(task: str, *given: str) -> int:
    """Do one task and write what comes of it; returns how the process ends."""
    seconds = int(given[-1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2  # once there are bounds

    try:
        with pypdfium2.PdfDocument(sys.stdin.buffer.read()) as document:
            written = count(document) if task == "count" else draw(document, int(given[0]))
    except pypdfium2.PdfiumError as error:
        return LOCKED if "password" in str(error).lower() else _FAILED
    sys.stdout.buffer.write(written)
    return 0


def count(document: Any) -> bytes:
    """Return the number of pages, written out."""
    return str(len(document)).encode()


def draw(document: Any, side: int) -> bytes:
    """Return the first page as WebP, its longer side of so many pixels."""
    page = document[0]
    image = page.render(scale=side / max(page.get_size())).to_pil().convert("RGB")
    image.thumbnail((side, side))
    file = io.BytesIO()
    image.save(file, "WEBP", quality=_QUALITY)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
