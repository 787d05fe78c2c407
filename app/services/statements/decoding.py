"""Bytes to text: refuse what is no text table, then find the encoding the bytes were written in.

The whole file decides, never only its first kilobytes: a file that is ASCII for 9 MB and UTF-8
in its last line is UTF-8. Nothing here holds the decoded file.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TextIO

from app.services.statements.errors import StatementRefused, shown

MOST_LINES: Final = 2_000_000
"""A file with more lines is refused: empty ones cost time too."""

_CHUNK = 1 << 20
_SAMPLE = 1 << 14

# Beginnings of files that people upload by mistake, with what to do instead.
_CSV_PLEASE = "Export the statement as CSV and upload that file."
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", f"This is a PNG picture, not a CSV file. {_CSV_PLEASE}"),
    (b"\xff\xd8\xff", f"This is a JPEG picture, not a CSV file. {_CSV_PLEASE}"),
    (b"GIF8", f"This is a GIF picture, not a CSV file. {_CSV_PLEASE}"),
    (b"%PDF", f"This is a PDF document, not a CSV file. {_CSV_PLEASE}"),
    (b"\xd0\xcf\x11\xe0", f"This is an Excel workbook (.xls), not a CSV file. {_CSV_PLEASE}"),
    (b"\x1f\x8b", "This is a gzip archive. Unpack it and upload the CSV file inside."),
    (b"BZh", "This is a bzip2 archive. Unpack it and upload the CSV file inside."),
    (b"\xfd7zXZ", "This is an xz archive. Unpack it and upload the CSV file inside."),
    (b"7z\xbc\xaf", "This is a 7-Zip archive. Unpack it and upload the CSV file inside."),
    (b"Rar!", "This is a RAR archive. Unpack it and upload the CSV file inside."),
    (b"SQLite format 3\0", f"This is a database, not a CSV file. {_CSV_PLEASE}"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_TEXT_MAGIC: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"OFXHEADER|<\?OFX|<OFX>", re.IGNORECASE), "This is an OFX file"),
    (re.compile(rb"!Type:|!Account", re.IGNORECASE), "This is a QIF file"),
    (re.compile(rb"<!DOCTYPE html|<html", re.IGNORECASE), "This is a web page"),
    (re.compile(rb"<\?xml", re.IGNORECASE), "This is an XML file (perhaps CAMT)"),
    (re.compile(rb"\{\s*\"|\[\s*[\[{]"), "This is a JSON file"),
    (re.compile(rb":20:|\{1:F01"), "This is an MT940 file"),
)
# The UTF-32 mark begins with the UTF-16 mark, so it is asked first.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE_BYTE = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1257",
    "iso8859_2",
    "iso8859_15",
    "cp850",
    "cp852",
    "koi8_r",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "gb18030",
    "big5",
]
ENCODINGS: Final = frozenset(
    codecs.lookup(name).name
    for name in (
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "latin-1",
        *_SINGLE_BYTE,
    )
)
"""The codecs a person may ask for; none of them can make text that a database refuses."""

# What Western statements hold beyond ASCII; cp1252 is believed when most high bytes are these.
_WESTERN = frozenset(
    "äöüÄÖÜßéèêëáàâãåæçñíìîïóòôõøœúùûÿÉÈÊÁÀÂÃÅÆÇÑÍÎÓÔÕØŒÚÛ€£§°·«»“”„…º\xa0\u2018\u2019\u2013\u2014"
)
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "latin-1": "Latin-1", "iso8859-1": "Latin-1"}


@dataclass(frozen=True)
class Decoding:
    """The codec a file is read with; ``damaged`` says that some bytes do not fit it."""

    encoding: str
    damaged: bool = False


def encoding_name(encoding: str) -> str:
    """Return a codec's name as people write it: ``Windows-1252`` for ``cp1252``."""
    if encoding in _NAMES:
        return _NAMES[encoding]
    return re.sub(r"^CP(?=125\d)", "Windows-", encoding.upper().replace("_", "-"))


def refuse_foreign(content: bytes) -> None:
    """Raise StatementRefused for files that are no text table, told by their first bytes."""
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise StatementRefused("The file is empty.")
    if content.startswith(_ZIP):
        raise StatementRefused(_zip_reason(content[:4096]))
    if max(content.count(b"\n"), content.count(b"\r")) > MOST_LINES:
        raise StatementRefused(
            f"The file has more than {MOST_LINES:,} lines. Export shorter periods one by one."
        )
    for magic, reason in _MAGIC:
        if content.startswith(magic):
            raise StatementRefused(reason)
    head = content[:512].removeprefix(codecs.BOM_UTF8).lstrip()
    for pattern, what in _TEXT_MAGIC:
        if pattern.match(head):
            raise StatementRefused(f"{what}, not a CSV file. {_CSV_PLEASE}")


def _zip_reason(head: bytes) -> str:
    if b"[Content_Types].xml" in head or b"xl/" in head:
        return f"This is an Excel workbook (.xlsx), not a CSV file. {_CSV_PLEASE}"
    if b"opendocument" in head:
        return f"This is an OpenDocument file, not a CSV file. {_CSV_PLEASE}"
    return "This is a ZIP archive. Unpack it and upload the CSV file inside."


def detect(content: bytes) -> Decoding:
    """Return how the bytes are decoded; raise StatementRefused where they are no text."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    name = marked or _unmarked_utf16(content[:4096])
    if name and not name.startswith("utf-8"):
        return Decoding(name, damaged=not decodes(content, name))
    _refuse_binary(content[:_SAMPLE])
    if decodes(content, "utf-8"):
        return Decoding(name or "utf-8")
    if name or _mostly_utf8(content):
        return Decoding(name or "utf-8", damaged=True)
    return Decoding(_single_byte(content))


def chosen(content: bytes, encoding: str) -> Decoding:
    """Return the decoding a person asked for; raise StatementRefused for any not in ENCODINGS."""
    name = encoding.strip().lower().replace("windows-", "cp").replace("latin-1", "iso8859-1")
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):
        name = ""
    if name not in ENCODINGS:
        raise StatementRefused(f"Outlay reads no text encoding called {shown(encoding)}.")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if name == "utf-16" and not marked:  # its decoder insists on a mark
        name = _unmarked_utf16(content[:4096]) or "utf-16-le"
    return Decoding(name, damaged=not decodes(content, name))


def decodes(content: bytes, encoding: str) -> bool:
    """Say whether every byte of the content fits the encoding."""
    if content.isascii() and encoding.startswith("utf-8"):
        return True
    try:
        for _ in _pieces(content, encoding, "strict"):
            pass
    except UnicodeError:
        return False
    return True


def _pieces(content: bytes, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    view = memoryview(content)
    for start in range(0, len(content), _CHUNK):
        yield decoder.decode(view[start : start + _CHUNK], start + _CHUNK >= len(content))


def _unmarked_utf16(head: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero bytes that its ASCII letters bring."""
    half = len(head) // 2 or 1
    even, odd = head[::2].count(0) / half, head[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _refuse_binary(head: bytes) -> None:
    controls = len(re.findall(rb"[\x01-\x08\x0e-\x19\x1b-\x1f]", head))
    if controls * 20 > len(head) or head.count(0) * 2 > len(head):
        raise StatementRefused(f"This is not a text file. {_CSV_PLEASE}")


def _mostly_utf8(content: bytes) -> bool:
    """Say whether the bytes beyond ASCII are UTF-8 at least as often as not."""
    broken = whole = 0
    for piece in _pieces(content, "utf-8", "surrogateescape"):
        broken += len(re.findall("[\udc80-\udcff]", piece))
        whole += len(re.findall("[^\x00-\x7f\udc80-\udcff]", piece))
    return whole >= broken


def _single_byte(content: bytes) -> str:
    sample = b"\n".join(re.findall(rb"[^\r\n]*[\x80-\xff][^\r\n]*", content[: _SAMPLE * 32]))
    sample = (sample or content[-_SAMPLE:])[:_SAMPLE]
    guess = None if _western(sample) else _statistical(sample)
    candidates = [guess, "cp1252"] if guess else ["cp1252"]
    return next((name for name in candidates if decodes(content, name)), "latin-1")


def _western(sample: bytes) -> bool:
    """Say whether cp1252 makes sense: single accents within words, and signs Western text has."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    words = sum(len(run) > 2 for run in runs)
    high = b"".join(runs).decode("cp1252", "replace")
    return words * 5 <= len(runs) and sum(c in _WESTERN for c in high) * 10 >= len(high) * 9


def _statistical(sample: bytes) -> str | None:
    # Imported here: its tables cost a tenth of a second that no UTF-8 file should pay.
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_SINGLE_BYTE).best()
    return best.encoding if best else None


def open_text(content: bytes, encoding: str) -> TextIO:
    """Return the content as a text stream of lines, line ends kept; never raises on a byte.

    Bytes that do not fit become lone surrogates (UTF-8) or U+FFFD (other encodings), so that only
    their rows are lost. CR CR LF, which some banks write, counts as one line end.
    """
    utf8 = encoding.startswith("utf-8")
    if content[: content.find(b"\n") + 1].endswith(b"\r\r\n"):
        content = content.replace(b"\r\r\n", b"\r\n")
    errors = "surrogateescape" if utf8 else "replace"
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors=errors, newline="")
