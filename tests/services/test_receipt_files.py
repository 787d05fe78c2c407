"""What becomes of a file: images are drawn anew, PDF files stay, and nothing else comes in."""

from io import BytesIO

import pytest
from PIL import Image

from app.core import storage
from app.core.downloads import LONGEST_NAME
from app.core.errors import Invalid, TooLarge
from app.core.storage import Place
from app.services.receipt_files import prepare, thumbnail_of_pdf
from tests.factories.pdfs import locked_pdf, pdf
from tests.factories.pictures import bomb, phone_picture, picture

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_places", [Place("file:///nowhere", 200_000, 10**6)])


def _image(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize(
    ("kind", "media_type", "name"),
    [
        ("JPEG", "image/jpeg", "x.jpg"),
        ("PNG", "image/png", "x.png"),
        ("WEBP", "image/webp", "x.webp"),
    ],
)
def test_images_keep_their_kind_and_size_and_lose_the_rest(
    kind: str, media_type: str, name: str
) -> None:
    content = picture(kind, (600, 400), exif=b"Exif\x00\x00private") + HTML
    file = prepare("../" + name, content)
    assert (file.content_type, file.filename) == (media_type, name)
    assert (file.width, file.height) == (600, 400)
    assert (_image(file.content).format, _image(file.content).size) == (kind, (600, 400))
    assert b"private" not in file.content
    assert b"script" not in file.content
    assert file.thumbnail
    assert _image(file.thumbnail).size == (480, 320)


def test_a_phones_picture_is_upright_and_does_not_tell_where() -> None:
    file = prepare("IMG_1.JPG", phone_picture())
    assert b"Secret Camera" not in file.content
    red, _, blue = _image(file.content).convert("RGB").getpixel((200, 30))  # type: ignore[misc]
    assert red > 200 > blue


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_each_way_to_keep_pixels(mode: str) -> None:
    written = BytesIO()
    Image.new(mode, (9, 9)).save(written, "PNG")
    assert _image(prepare("x.png", written.getvalue()).content).size == (9, 9)


def test_a_pdf_stays_as_it_is_and_gets_a_picture_in_its_own_process() -> None:
    content = pdf(3)
    file = prepare("invoice", content)
    assert (file.content, file.filename, file.thumbnail) == (content, "invoice.pdf", None)
    drawn = thumbnail_of_pdf(content)
    assert drawn
    assert _image(drawn).size == (320, 480)
    assert thumbnail_of_pdf(b"%PDF-1.4 broken") is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jpg", HTML, "Not a picture"),
        ("a.svg", SVG, "Not a picture"),
        ("a.gif", picture("GIF"), "Not a picture"),
        ("a.jpg", picture("JPEG", (300, 300))[:700], "Not a picture"),
        ("a.png", picture("PNG")[:60], "Not a picture"),
        ("a.png", bomb(50_000, 50_000), "million pixels"),
        ("a.png", bomb(6_000, 6_000), "Not a picture"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic" + bytes(100), "HEIC"),
        ("a.pdf", b"%PDF-1.7\n" + HTML, "Not a PDF"),
        ("a.pdf", HTML + pdf(), "Not a picture"),
        ("a.pdf", pdf(201), "200 pages"),
        ("a.pdf", locked_pdf(), "password"),
        ("a.zip", b"PK\x03\x04" + bytes(50), "Not a picture"),
        ("", b"", "Not a picture"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        prepare(name, content)
    assert said in caught.value.errors["file"][0]


def test_more_bytes_than_a_file_may_have_are_too_large() -> None:
    with pytest.raises(TooLarge, match=r"0\.2 MB"):
        prepare("a.pdf", b"%PDF-" + bytes(200_000))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo.html", "photo.html.png"),
        ("a\u202egnp.exe", "agnp.exe.png"),
        ("C:\\x\\Käse.PNG", "Käse.PNG"),
        ("\x00", "receipt.png"),
        ("n" * 400, "n" * 251 + ".png"),
    ],
)
def test_names_say_what_a_file_is(given: str, kept: str) -> None:
    assert prepare(given, picture("PNG", (2, 2))).filename == kept
    assert len(kept) <= LONGEST_NAME
