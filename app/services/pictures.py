"""Pictures: drawn anew from what was sent, so that nothing but pixels remains of it."""

from PIL import Image, ImageOps
from sqlalchemy import delete

from app.core import clock, images
from app.core.errors import Invalid
from app.models.base import session
from app.models.pictures import Picture

MEDIA_TYPE = "image/webp"
MAX_BYTES = 5 * 1024 * 1024
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_SIDE = 256
_QUALITY = 85


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
    Raises Invalid for anything else, for a damaged file, and beyond MAX_BYTES or too many pixels.
    """
    if len(content) > MAX_BYTES:
        raise _refusal(f"At most {MAX_BYTES // 1024**2} MB.")
    try:
        with images.opened(content, FORMATS) as image:
            return _webp(image)
    except images.TooManyPixels as error:
        raise _refusal(f"At most {images.MAX_PIXELS // 10**6} million pixels.") from error
    except images.FAULTS as error:
        raise _refusal("Not a picture that can be read: a PNG, JPEG, WebP or GIF.") from error


def _webp(image: Image.Image) -> bytes:
    image.draft("RGB", (2 * _SIDE, 2 * _SIDE))  # a JPEG is read no finer than it is needed
    square = ImageOps.fit(images.upright(image).convert("RGBA"), (_SIDE, _SIDE))
    return images.written(images.redrawn(square, "RGBA"), "WEBP", quality=_QUALITY)


def _refusal(message: str) -> Invalid:
    return Invalid(errors={"file": [message]})
