"""Pictures: drawn anew from what was sent, so that nothing but pixels remains of it."""

import struct
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps
from sqlalchemy import delete

from app.core import clock
from app.core.errors import Invalid
from app.models.base import session
from app.models.pictures import Picture

MEDIA_TYPE = "image/webp"
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_SIDE = 256
_QUALITY = 85
# What Pillow raises for a file that is damaged, none of the FORMATS, or made to fill the memory.
_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
# And what it raises for notes that a camera or a program wrote badly.
_NOTE_FAULTS = (*_FAULTS, LookupError, TypeError, struct.error)
# A picture of MAX_PIXELS takes 160 MB while it is drawn: one at a time in each process.
_easel = Lock()

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def find(user_id: int) -> Picture | None:
    """Return a person's picture, if they have one."""
    return session.get(Picture, user_id)


def record(user_id: int, content: bytes) -> Picture:
    """Keep ``content``, which :func:`draw` made, as a person's picture."""
    picture = find(user_id) or Picture(user_id=user_id)
    picture.content, picture.updated_at = content, clock.now()
    session.add(picture)
    session.flush()
    return picture


def remove(user_id: int) -> None:
    """Forget a person's picture, if there is one."""
    session.execute(delete(Picture).where(Picture.user_id == user_id))


def draw(content: bytes) -> bytes:
    """Return a picture of 256 by 256 pixels as WebP, drawn from a PNG, JPEG, WebP or GIF.

    What kind it is its content says, never its name. Of moving pictures the first frame counts; a
    camera's note of which side is up is obeyed, and all notes are dropped.
    Raises Invalid for anything else, for a damaged file, and beyond MAX_BYTES or MAX_PIXELS.
    """
    if len(content) > MAX_BYTES:
        raise _refusal(f"At most {MAX_BYTES // 1024**2} MB.")
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            _check_pixels(image)
            image.verify()
        with _easel, Image.open(BytesIO(content), formats=FORMATS) as image:
            return _webp(image)
    except _FAULTS as error:
        raise _refusal("Not a picture that can be read: a PNG, JPEG, WebP or GIF.") from error


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _refusal(f"At most {MAX_PIXELS // 10**6} million pixels.")


def _webp(image: Image.Image) -> bytes:
    image.draft("RGB", (2 * _SIDE, 2 * _SIDE))  # a JPEG is read no finer than it is needed
    upright = _upright(image).convert("RGBA")
    # Drawn on something new: copies of an image take its notes along.
    canvas = Image.new("RGBA", (_SIDE, _SIDE))
    canvas.paste(ImageOps.fit(upright, canvas.size))
    written = BytesIO()
    canvas.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """Obey the camera's note of which side is up; one that cannot be read is no fault."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except _NOTE_FAULTS:
        return image


def _refusal(message: str) -> Invalid:
    return Invalid(errors={"file": [message]})
