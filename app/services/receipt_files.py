"""The files of receipts: what is taken in, what becomes of it, and what they look like small.

Images are drawn anew, upright, in their own format and at their own size: nothing but pixels
remains, so neither where a picture was taken nor what somebody hid in its file. PDF files stay as
they are, byte by byte; they are only counted, and drawn small, in a process of their own.
"""

from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image

from app.core import images, pdf, storage
from app.core.downloads import LONGEST_NAME, clean_name
from app.core.errors import Invalid, TooLarge
from app.models.receipts import PDF

MOST_PAGES = 200
THUMBNAIL_TYPE = "image/webp"
_SIDE = 480
"""Pixels of a thumbnail's longer side."""
_QUALITY = 90
_THUMBNAIL_QUALITY = 78
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_ENDINGS = {
    PDF: (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_TRANSPARENT = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it will be kept, with its thumbnail where that was as good as free."""

    filename: str
    content_type: str
    content: bytes
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None

    @property
    def ending(self) -> str:
        """What its name ends with."""
        return _ENDINGS[self.content_type][0]


def prepare(filename: str, content: bytes) -> Prepared:
    """Return a file as it will be kept; what kind it is its content says, never its name.

    TooLarge beyond the bytes of one file. Invalid for anything but an image or a PDF file, for a
    damaged one, and for too many pixels or pages.
    """
    limit = storage.place().file_bytes
    if len(content) > limit:
        said = f"At most {_megabytes(limit)} MB."
        raise TooLarge(f"This file is too large. {said}", errors={"file": [said]})
    if content.startswith(b"%PDF-"):
        _check_pages(content)
        return Prepared(_named(filename, PDF), PDF, content)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise _refusal("HEIC pictures cannot be read here. Send it as a JPEG.")
    return _drawn(filename, content)


def thumbnail_of_pdf(content: bytes) -> bytes | None:
    """Return the first page of a PDF file, small; None where it cannot be drawn."""
    try:
        return pdf.draw(content, _SIDE)
    except pdf.Unreadable:
        return None


def _check_pages(content: bytes) -> None:
    try:
        pages = pdf.count_pages(content)
    except pdf.Locked as error:
        raise _refusal("This PDF wants a password. Save it without one first.") from error
    except pdf.Unreadable as error:
        raise _refusal("Not a PDF that can be read: it may be damaged.") from error
    if not 1 <= pages <= MOST_PAGES:
        raise _refusal(f"A PDF with one to {MOST_PAGES} pages.")


def _drawn(filename: str, content: bytes) -> Prepared:
    try:
        with images.opened(content, tuple(_MEDIA_TYPES)) as image:
            kind = image.format or ""
            upright = images.upright(image)
            kept = images.redrawn(upright, _mode(upright, kind))
            written = images.written(kept, kind, quality=_QUALITY)
            thumbnail = _small(kept)
    except images.TooManyPixels as error:
        raise _refusal(f"At most {images.MAX_PIXELS // 10**6} million pixels.") from error
    except images.FAULTS as error:
        raise _refusal("Not a picture or a PDF that can be read: a JPEG, PNG or WebP.") from error
    media_type = _MEDIA_TYPES[kind]
    name = _named(filename, media_type)
    return Prepared(name, media_type, written, kept.width, kept.height, thumbnail)


def _mode(image: Image.Image, kind: str) -> str:
    """Return how pixels are kept: grey where it was grey, see-through where it can be."""
    if image.mode in {"1", "L"}:
        return "L" if kind != "WEBP" else "RGB"
    see_through = image.mode in _TRANSPARENT or "transparency" in image.info
    return "RGBA" if see_through and kind != "JPEG" else "RGB"


def _small(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE))
    return images.written(small, "WEBP", quality=_THUMBNAIL_QUALITY)


def _named(filename: str, media_type: str) -> str:
    """Return the file's name with an ending that says what it is."""
    endings = _ENDINGS[media_type]
    name = clean_name(filename, f"receipt{endings[0]}")
    if PurePath(name).suffix.lower() in endings:
        return name
    return name[: LONGEST_NAME - len(endings[0])] + endings[0]


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f}".removesuffix(".0")


def _refusal(message: str) -> Invalid:
    return Invalid(message, errors={"file": [message]})
