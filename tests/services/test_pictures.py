"""Pictures are drawn anew; what is damaged, disguised or too large is refused."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.core.errors import Invalid
from app.services.pictures import MAX_BYTES, draw
from tests.factories.pictures import (
    DOWN,
    UP,
    bomb,
    moving_picture,
    note_bomb,
    phone_picture,
    picture,
)

SIDE = 256
KINDS = {"CMYK": "JPEG", "YCbCr": "JPEG"}


def _drawn(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(draw(content)))
    assert (image.format, image.size) == ("WEBP", (SIDE, SIDE))
    return image.convert("RGB")


def _looks_like(color: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(color, tuple)
    return all(abs(have - want) < 40 for have, want in zip(color, wanted, strict=True))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(1, 1), (300, 200), (20, 900), (256, 256)])
def test_each_kind_and_shape_becomes_a_square(format: str, size: tuple[int, int]) -> None:
    assert _looks_like(_drawn(picture(format, size)).getpixel((128, 128)), (0, 128, 0))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_each_way_to_keep_colours(mode: str) -> None:
    written = BytesIO()
    Image.new("RGB", (9, 9), "white").convert(mode).save(written, KINDS.get(mode, "PNG"))
    assert _looks_like(_drawn(written.getvalue()).getpixel((128, 128)), (255, 255, 255))


def test_a_phones_picture_is_turned_upright_and_tells_nothing() -> None:
    image = _drawn(phone_picture())
    assert _looks_like(image.getpixel((128, 30)), UP)
    assert _looks_like(image.getpixel((128, 226)), DOWN)
    assert b"Secret Camera" not in draw(phone_picture())


def test_notes_of_every_kind_are_gone() -> None:
    notes: dict[str, Any] = {"icc_profile": b"private profile" * 20, "xmp": b"<x>private</x>"}
    content = picture("WEBP", **notes, exif=b"Exif\x00\x00private")
    assert b"private" in content
    assert b"private" not in draw(content)
    assert b"private" not in draw(picture("JPEG", comment=b"private"))


def test_of_a_moving_picture_the_first_frame_counts() -> None:
    drawn = _drawn(moving_picture())
    assert _looks_like(drawn.getpixel((128, 128)), UP)
    assert getattr(Image.open(BytesIO(draw(moving_picture()))), "n_frames", 1) == 1


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    tail = b"PK\x03\x04<script>alert(1)</script>"
    assert b"script" not in draw(picture("JPEG") + tail)
    assert b"script" not in draw(picture("GIF") + tail)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a/*" + b"\x00" * 40 + b"*/=1;<script>alert(1)</script>",
        b"%PDF-1.7\n" + picture("PNG"),
        b"<html>" + picture("JPEG"),
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0" + b"JFIF" * 100,
        b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        picture("BMP"),
        picture("TIFF"),
        picture("ICO", (16, 16)),
        picture("PPM"),
    ],
    ids=lambda content: repr(content[:16]),
)
def test_what_is_no_picture_of_the_four_kinds(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        draw(content)
    assert set(refused.value.errors) == {"file"}


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_what_was_cut_off(format: str, share: float) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    written = BytesIO()
    noise.save(written, format)
    whole = written.getvalue()
    draw(whole)
    with pytest.raises(Invalid):
        draw(whole[: int(len(whole) * share)])


@pytest.mark.parametrize(
    "content",
    [bomb(6400, 6400), bomb(20_000, 20_000), bomb(2**31 - 1, 2**31 - 1), bomb(0, 0), note_bomb()],
    ids=["41 MP", "400 MP", "no end", "nothing", "notes"],
)
def test_what_is_made_to_fill_the_memory(content: bytes) -> None:
    with pytest.raises(Invalid):
        draw(content)


def test_a_picture_of_many_bytes_is_not_looked_at() -> None:
    with pytest.raises(Invalid, match="cannot be accepted") as refused:
        draw(picture("PNG") + bytes(MAX_BYTES))
    assert refused.value.errors == {"file": ["At most 5 MB."]}
