"""Receipts on a transaction's page: added, looked at, and deleted after a question."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app.core import storage
from tests.factories.pdfs import pdf
from tests.factories.pictures import picture
from tests.views.visitors import Visitor, words


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = storage.Place(f"file://{tmp_path}/files", 100_000, 250_000)
    monkeypatch.setattr(storage, "_places", [place])


def _send(visitor: Visitor, row: int, *files: tuple[bytes, str], **fields: Any) -> str:
    """Send files; returns what the page says then."""
    sent = {**fields, "file": [(BytesIO(content), name) for content, name in files]}
    response = visitor.post(f"/transactions/{row}/receipts", sent)
    assert (response.status_code, response.location) == (303, f"/transactions/{row}")
    return words(visitor.get(response.location))


def test_files_come_open_and_go(mia: Visitor) -> None:
    row = mia.add("5")
    assert "Drop a receipt here" in words(mia.get(f"/transactions/{row}"))
    said = _send(mia, row, (picture("PNG"), "<b>Tea<b>.png"), (pdf(), "invoice.pdf"), once="1" * 32)
    assert "2 receipts are added." in said
    page = mia.get(f"/transactions/{row}").text
    assert "<b>Tea<b>" not in page
    files = re.findall(r'href="(/receipts/\d+/file)"', page)
    assert [mia.get(path).mimetype for path in files] == ["image/png", "application/pdf"]
    thumbnails = re.findall(r'src="(/receipts/\d+/thumbnail)"', page)
    assert [mia.get(path).mimetype for path in thumbnails] == ["image/webp"]
    question = files[0].replace("file", "delete")
    assert "will be gone for good" in words(mia.get(question))
    assert mia.post(question).location == f"/transactions/{row}"
    assert mia.get(files[0]).status_code == 404
    assert "invoice.pdf" in words(mia.get(f"/transactions/{row}"))


def test_what_cannot_be_taken_is_said_and_the_rest_is_taken(mia: Visitor) -> None:
    row = mia.add("5")
    assert "Choose a file first." in _send(mia, row)
    said = _send(mia, row, (b"<script>", "a.jpg"), (bytes(100_001), "b"), (picture("JPEG"), "c"))
    assert "a.jpg: Not a picture or a PDF that can be read" in said
    assert "b: At most 0.1 MB." in said
    assert "The receipt is added." in said
    assert "c.jpg" in said


def test_a_double_click_adds_one(mia: Visitor) -> None:
    row = mia.add("5")
    for _ in range(2):
        _send(mia, row, (picture("PNG"), "a.png"), once="0" * 32)
    assert mia.get(f"/transactions/{row}").text.count("/file") == 1


def test_of_others_there_is_nothing(mia: Visitor, sam: Visitor) -> None:
    row = mia.add("5")
    _send(mia, row, (picture("PNG"), "a.png"))
    [path] = re.findall(r'href="(/receipts/\d+)/file"', mia.get(f"/transactions/{row}").text)
    for tail in ("file", "thumbnail", "delete"):
        assert sam.get(f"{path}/{tail}").status_code == 404
    assert sam.post(f"{path}/delete").status_code == 404
    assert sam.post(f"/transactions/{row}/receipts").status_code == 404
