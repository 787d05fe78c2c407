"""Pictures to send: of each kind, with notes of a camera, and made to do harm."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

UP, DOWN = (255, 0, 0), (0, 0, 255)
_ORIENTATION, _CAMERA, _TURNED_RIGHT = 0x0112, 0x010F, 6


def picture(
    format: str, size: tuple[int, int] = (300, 200), color: str = "green", **options: Any
) -> bytes:
    """A picture of one colour."""
    return _written(Image.new("RGB", size, color), format, **options)


def phone_picture() -> bytes:
    """A JPEG as phones take it: lying on its side, with a note of that and of the camera.

    Upright, its upper half is UP and its lower half DOWN.
    """
    image = Image.new("RGB", (400, 400), UP)
    image.paste(DOWN, (200, 0, 400, 400))
    notes = Image.Exif()
    notes[_ORIENTATION], notes[_CAMERA] = _TURNED_RIGHT, "Secret Camera"
    return _written(image, "JPEG", exif=notes)


def moving_picture() -> bytes:
    """A GIF whose first frame is UP and whose second is DOWN."""
    frames = [Image.new("RGB", (64, 64), color) for color in (UP, DOWN)]
    return _written(frames[0], "GIF", save_all=True, append_images=frames[1:])


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is huge."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def note_bomb() -> bytes:
    """A PNG of one pixel with a compressed note of 100 MB."""
    whole = picture("PNG", (1, 1))
    note = b"Comment\x00\x00" + zlib.compress(bytes(100 * 1024 * 1024))
    at = whole.index(b"IDAT") - 4
    return whole[:at] + _chunk(b"zTXt", note) + whole[at:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _written(image: Image.Image, format: str, **options: Any) -> bytes:
    written = BytesIO()
    image.save(written, format, **options)
    return written.getvalue()
