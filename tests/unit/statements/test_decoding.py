"""Bytes to text, or a refusal that helps."""

import zlib

import pytest

from app.services.statements.decoding import (
    chosen,
    detect,
    encoding_name,
    open_text,
    refuse_foreign,
)
from app.services.statements.errors import StatementRefused

TEXT = "Datum;Empfänger;Betrag\n01.02.2026;Café Zoë;-3,20 €\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
        (TEXT.encode("cp1252"), "cp1252"),
        ("Müller & Söhne".encode("latin-1"), "cp1252"),
        (("x" * 3_000_000 + "ü").encode(), "utf-8"),
    ],
)
def test_finds_the_encoding(content: bytes, encoding: str) -> None:
    found = detect(content)
    assert (found.encoding, found.damaged) == (encoding, False)


def test_other_single_byte_encodings_are_told_by_their_letters() -> None:
    text = "Дата;Описание;Сумма\n01.02.2026;Оплата товаров и услуг в магазине;-300,00\n" * 5
    content = text.encode("cp1251")
    assert open_text(content, detect(content).encoding).read() == text


def test_mostly_utf8_with_broken_bytes_stays_utf8() -> None:
    found = detect("ä ö ü".encode() + b"\xff" + "ß".encode())
    assert (found.encoding, found.damaged) == ("utf-8", True)


def test_a_multi_byte_letter_on_the_border_of_two_chunks_is_whole() -> None:
    content = b"x" * ((1 << 20) - 1) + "ü".encode()
    assert detect(content).damaged is False


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\0" * 50, "empty"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04..[Content_Types].xml", "Excel workbook (.xlsx)"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
        (b"PK\x03\x04....statement.csv", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel workbook (.xls)"),
        (b"\x1f\x8b" + zlib.compress(b"0" * 10_000), "gzip"),
        (b"SQLite format 3\0", "database"),
        (b"OFXHEADER:100", "OFX"),
        (b"!Type:Bank", "QIF"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "XML"),
        (b"<!DOCTYPE html>", "web page"),
        (b'{"a": 1}', "JSON"),
        (b":20:STARTUMS", "MT940"),
    ],
)
def test_refuses_what_is_no_text_table(content: bytes, reason: str) -> None:
    with pytest.raises(StatementRefused) as refused:
        refuse_foreign(content)
    assert reason in refused.value.reason


def test_refuses_endless_lines() -> None:
    with pytest.raises(StatementRefused, match="more than 2,000,000 lines"):
        refuse_foreign(b"a,b" + b"\n" * 2_000_001)


def test_refuses_binary() -> None:
    with pytest.raises(StatementRefused, match="not a text file"):
        detect(bytes(range(32)) * 20 + b"\xff\xfe\x81")


def test_utf16_needs_no_mark_when_a_person_names_it() -> None:
    content = TEXT.encode("utf-16-be")
    assert open_text(content, chosen(content, "utf-16").encoding).read() == TEXT
    assert chosen(b"odd", "utf-16").damaged


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8-sig", "UTF-8"),
        ("utf-16-le", "UTF-16-LE"),
        ("cp1250", "Windows-1250"),
        ("latin-1", "Latin-1"),
        ("shift_jis", "SHIFT-JIS"),
    ],
)
def test_encodings_are_named_as_people_write_them(encoding: str, name: str) -> None:
    assert encoding_name(encoding) == name


@pytest.mark.parametrize(
    "name", ["windows-1252", "CP1252", "latin-1", "UTF-8", "utf-16", "gb18030"]
)
def test_a_person_may_name_the_encoding(name: str) -> None:
    assert chosen(b"ab", name).encoding


@pytest.mark.parametrize("name", ["", "klingon", "base64", "utf-7", "unicode_escape", "a\0b", "é"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(StatementRefused, match="encoding"):
        chosen(b"ab", name)


def test_cr_cr_lf_is_one_line_end() -> None:
    assert open_text(b"a\r\r\nb\r\r\n", "utf-8").readlines() == ["a\r\n", "b\r\n"]
    assert open_text(b'a\r\n"b\r\r\nc"\r\n', "utf-8").read() == 'a\r\n"b\r\r\nc"\r\n'
