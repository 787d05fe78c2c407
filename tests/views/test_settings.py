"""The settings: their frame, the profile and the picture."""

import re
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from tests.factories.pictures import phone_picture, picture
from tests.views.visitors import Visitor, error_of, value_of, words

PROFILE = "/settings/profile"


def test_the_settings_begin_with_the_profile(mia: Visitor) -> None:
    assert 'href="/settings"' in mia.get("/accounts").text
    response = mia.get("/settings")
    assert (response.status_code, response.location) == (303, PROFILE)
    page = mia.get(PROFILE)
    assert re.search(r'href="/settings/profile" aria-current="page"', page.text)


def test_every_section_leads_somewhere_and_says_where_one_is(mia: Visitor) -> None:
    page = mia.get(PROFILE).text
    addresses = re.findall(r'<li><a href="(/settings/[^"]+)"', page)
    assert len(addresses) == 5
    for address in addresses:
        response = mia.get(address)
        assert response.status_code == 200
        assert f'href="{address}" aria-current="page"' in response.text


def test_a_profile_is_changed(mia: Visitor) -> None:
    fields = {
        "first_name": "Mia",
        "last_name": "Meier",
        "bio": "One line,\r\nand another",
        "website": "https://mia.example",
        "currency": "CHF",
        "timezone": "Europe/Zurich",
        "locale": "de_CH",
    }
    response = mia.post(PROFILE, fields)
    assert (response.status_code, response.location) == (303, PROFILE)
    page = mia.get(PROFILE)
    assert "Saved." in words(page)
    assert "Menu of Mia Meier" in page.text
    assert "One line,\nand another</textarea>" in page.text
    for name in ("currency", "timezone", "locale", "website"):
        assert value_of(page, name) == fields[name]


def test_what_was_chosen_counts_from_the_next_page_on(mia: Visitor) -> None:
    mia.add("1.234,56", date="2026-01-02")
    mia.post(PROFILE, {"locale": "en_US"})
    assert "€1,234.56" in words(mia.get("/transactions"))


def test_a_texts_field_can_be_emptied(mia: Visitor) -> None:
    mia.post(PROFILE, {"location": "Bern"})
    mia.post(PROFILE, {"location": ""})
    assert value_of(mia.get(PROFILE), "location") == ""


def test_faults_stand_beside_their_fields_and_nothing_is_changed(mia: Visitor) -> None:
    response = mia.post(
        PROFILE, {"first_name": "Mia", "website": "javascript:alert(1)", "timezone": "Mars/Crater"}
    )
    assert response.status_code == 422
    assert error_of(response, "website") == "Not an address such as https://example.org."
    assert error_of(response, "timezone") == "Not a time zone such as Europe/Berlin."
    assert value_of(response, "first_name") == "Mia"
    assert value_of(mia.get(PROFILE), "first_name") == ""


def test_a_form_promotes_nobody(mia: Visitor) -> None:
    before = words(mia.get(PROFILE))
    mia.post(PROFILE, {"role": "admin", "id": "1", "email": "other@example.com"})
    after = words(mia.get(PROFILE))
    assert mia.email in after
    assert after.replace("Saved. ", "") == before


def test_what_a_person_says_is_text(mia: Visitor) -> None:
    mia.post(PROFILE, {"first_name": "<b>Mia</b>", "bio": "</textarea><script>alert(1)</script>"})
    page = mia.get(PROFILE).text
    assert "<b>Mia" not in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("locale", "currency", "wanted"),
    [("de_DE", "EUR", "1.234,56 €"), ("en_US", "JPY", "¥1,234"), ("de_CH", "CHF", "CHF 1’234.56")],
)
def test_a_sample_shows_how_a_choice_looks(
    mia: Visitor, locale: str, currency: str, wanted: str
) -> None:
    said = words(mia.get(f"{PROFILE}/sample?locale={locale}&currency={currency}"))
    assert said.startswith(f"{wanted} ·")


def test_a_sample_of_nonsense_is_of_what_is_stored(mia: Visitor) -> None:
    said = words(mia.get(f"{PROFILE}/sample?locale=../root&currency=%00"))
    assert said.startswith("1.234,56 € ·")
    assert said in words(mia.get(PROFILE))


# Pictures


def _send(visitor: Visitor, content: bytes, name: str = "me.png") -> TestResponse:
    visitor.get(PROFILE)
    return visitor.post(f"{PROFILE}/picture", {"file": (BytesIO(content), name)})


def _address(visitor: Visitor) -> str:
    """The address of the picture in the person's menu."""
    found = re.search(r'<img class="person-mark" src="([^"]+)"', visitor.get("/accounts").text)
    assert found
    return found.group(1)


def test_a_picture_is_shown_in_the_menu(mia: Visitor) -> None:
    assert "You have none" in words(mia.get(PROFILE))
    response = _send(mia, phone_picture(), "anything.txt")
    assert (response.status_code, response.location) == (303, PROFILE)
    shown = mia.get(_address(mia))
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in shown.headers["Cache-Control"]
    with Image.open(BytesIO(shown.data)) as image:
        assert image.size == (256, 256)
    again = mia.get(_address(mia), **{"If-None-Match": shown.headers["ETag"]})
    assert again.status_code == 304


def test_a_picture_is_removed(mia: Visitor) -> None:
    _send(mia, picture("PNG"))
    address = _address(mia)
    assert mia.post(f"{PROFILE}/picture/delete").status_code == 303
    assert mia.get(address).status_code == 404
    assert "You have none" in words(mia.get(PROFILE))


def test_a_picture_is_for_ones_own_eyes(mia: Visitor, sam: Visitor, stranger: Visitor) -> None:
    _send(mia, picture("PNG"))
    address = _address(mia)
    assert sam.get(address).status_code == 404
    assert stranger.get(address).location.startswith("/sign-in")


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_said_beside_the_field(mia: Visitor, content: bytes) -> None:
    response = _send(mia, content)
    assert response.status_code == 422
    assert str(error_of(response, "file")).startswith("Not a picture that can be read")


def test_a_picture_has_to_be_chosen(mia: Visitor) -> None:
    response = mia.post(f"{PROFILE}/picture")
    assert (response.status_code, error_of(response, "file")) == (422, "Choose a file first.")
