"""Reading images that somebody sent: what they are their content says, and nothing else counts."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

MAX_PIXELS = 40_000_000
# What Pillow raises for a file that is damaged, of another kind, or made to fill the memory.
FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    Image.DecompressionBombError,
)
# And what it raises for notes that a camera or a program wrote badly.
_NOTE_FAULTS = (*FAULTS, LookupError, TypeError, struct.error)
# An image of MAX_PIXELS takes 160 MB while it is drawn: one at a time in each process.
_easel = Lock()

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class TooManyPixels(Exception):
    """The image has more than MAX_PIXELS."""


@contextmanager
def opened(content: bytes, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open an image of one of the ``formats``, checked but not decoded; one at a time.

    Raises TooManyPixels, or one of FAULTS.
    """
    try:
        with Image.open(BytesIO(content), formats=formats) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooManyPixels
            image.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    with _easel, Image.open(BytesIO(content), formats=formats) as image:
        yield image


def upright(image: Image.Image) -> Image.Image:
    """Obey the camera's note of which side is up; one that cannot be read is no fault."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except _NOTE_FAULTS:
        return image


def redrawn(image: Image.Image, mode: str) -> Image.Image:
    """Return the pixels on something new: copies of an image take its notes along."""
    canvas = Image.new(mode, image.size)
    canvas.paste(image.convert(mode))
    return canvas


def written(image: Image.Image, format: str, **options: int) -> bytes:
    """Return an image as a file of a format."""
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()
