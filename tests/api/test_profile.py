"""What a person says of themselves, and what nobody can say of themselves."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from tests.factories.callers import Api, expect, problem, refused
from tests.factories.pictures import phone_picture, picture

PROFILE = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "bio": "Counts.\nAnd writes.",
    "location": "London",
    "website": "https://ada.example/notes",
    "currency": "GBP",
    "timezone": "Europe/London",
    "locale": "en_GB",
}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_profile_is_changed_and_read(api: Api, method: str) -> None:
    changed = expect(200, api.request(method, "/user/profile", PROFILE))
    assert {**changed, **PROFILE} == changed
    assert api.read("/user/profile") == changed
    assert (changed["email"], changed["verified"]) == (api.person.email, False)


def test_what_is_left_out_stays(api: Api) -> None:
    api.put("/user/profile", PROFILE)
    changed = expect(200, api.patch("/user/profile", {"bio": "", "locale": "en-US"}))
    expected = {**PROFILE, "bio": "", "locale": "en_US"}
    assert {name: changed[name] for name in PROFILE} == expected


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_settings_are_part_of_the_profile(api: Api, method: str) -> None:
    path = "/user/settings"
    api.put("/user/profile", PROFILE)
    settings = {name: PROFILE[name] for name in ("currency", "timezone", "locale")}
    assert api.read(path) == settings
    tag = api.get(path).headers["ETag"]
    said = {"timezone": "Asia/Tokyo", "locale": "ja-JP"}
    changed = expect(200, api.request(method, path, said, headers={"If-Match": tag}))
    assert changed == settings | {"timezone": "Asia/Tokyo", "locale": "ja_JP"}
    assert api.read(path) == changed
    profile = api.read("/user/profile")
    assert {name: profile[name] for name in PROFILE} == PROFILE | changed
    problem(412, api.request(method, path, said, headers={"If-Match": tag}))
    for field, value in (
        ("currency", "EURO"), ("timezone", "Mars/Olympus"), ("locale", "tlh"), ("role", "admin"),
        ("first_name", "Eve"),
    ):  # fmt: skip
        refused(api.request(method, path, {field: value}), field)
    assert api.read(path) == changed


def test_another_currency_leaves_what_there_is(api: Api) -> None:
    expect(200, api.patch("/user/profile", {"currency": "JPY"}))
    assert [one["currency"] for one in api.read("/ledgers")["items"]] == ["EUR"]
    assert [one["currency"] for one in api.read("/accounts")["items"]] == ["EUR"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 1), ("email", "other@example.com"), ("role", "admin"), ("verified", True),
        ("is_verified", True), ("email_verified_at", "2026-01-01T00:00:00Z"), ("is_active", False),
        ("password_hash", "x"), ("password", "x"), ("link_number", 7), ("created_at", None),
        ("pending_email", "a@example.com"), ("__class__", {}), ("nothing", 1),
    ],
)  # fmt: skip
def test_nobody_promotes_themselves(api: Api, method: str, field: str, value: object) -> None:
    before = api.read("/user/profile")
    refused(api.request(method, "/user/profile", {"first_name": "Eve", field: value}), field)
    assert api.read("/user/profile") == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "x" * 101), ("first_name", None), ("first_name", "a\x00b"),
        ("first_name", "a\nb"), ("bio", "x" * 501), ("bio", 7), ("bio", "\ud800"),
        ("location", "x" * 101), ("currency", "EURO"), ("currency", ""), ("currency", "XXX"),
        ("timezone", "Mars/Crater"), ("timezone", "../../etc/passwd"), ("timezone", ""),
        ("locale", "xx_XX"), ("locale", ""), ("locale", "../root"), ("locale", "de_DE\x00"),
        ("website", "javascript:alert(1)"), ("website", "data:text/html,x"),
        ("website", "ftp://example.org"), ("website", "//example.org"), ("website", "example.org"),
        ("website", "https://"), ("website", "https://user:secret@example.org"),
        ("website", "https://bank.example@evil.example/"), ("website", "https://a b.example"),
        ("website", "https://example.org/" + "x" * 200), ("website", "java\nscript:alert(1)"),
        ("website", 7), ("website", "https://[::1"), ("website", "http://\u2024/"),
    ],
)  # fmt: skip
def test_what_no_profile_says(api: Api, field: str, value: object) -> None:
    refused(api.patch("/user/profile", {field: value}), field)


@pytest.mark.parametrize("website", ["", "http://example.org", "https://example.org:8443/~ada?a=b"])
def test_addresses_of_websites(api: Api, website: str) -> None:
    assert expect(200, api.patch("/user/profile", {"website": website}))["website"] == website


def test_a_stale_change_is_refused(api: Api) -> None:
    tag = api.get("/user/profile").headers["ETag"]
    expect(200, api.patch("/user/profile", {"bio": "one"}, headers={"If-Match": tag}))
    response = api.patch("/user/profile", {"bio": "two"}, headers={"If-Match": tag})
    assert problem(412, response)["code"] == "stale"
    assert api.read("/user/profile")["bio"] == "one"


def test_a_profile_is_ones_own(api: Api, other: Api) -> None:
    api.put("/user/profile", PROFILE)
    assert other.read("/user/profile")["first_name"] == ""


# Pictures


def _send(api: Api, content: bytes, name: str = "me.png") -> TestResponse:
    form: dict[str, Any] = {"file": (BytesIO(content), name)}
    return api.request("PUT", "/user/picture", data=form, content_type="multipart/form-data")


def test_a_picture_is_kept_and_removed(api: Api) -> None:
    problem(404, api.get("/user/picture"))
    assert _send(api, picture("PNG")).status_code == 204
    shown = api.get("/user/picture")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(BytesIO(shown.data)) as image:
        assert (image.format, image.size) == ("WEBP", (256, 256))
    again = api.get("/user/picture", headers={"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert api.delete("/user/picture").status_code == 204
    problem(404, api.get("/user/picture"))
    assert api.delete("/user/picture").status_code == 204


def test_a_second_picture_replaces_the_first(api: Api) -> None:
    _send(api, picture("PNG", color="red"))
    first = api.get("/user/picture").headers["ETag"]
    assert _send(api, picture("JPEG", color="blue")).status_code == 204
    assert api.get("/user/picture").headers["ETag"] != first


def test_a_picture_is_ones_own(api: Api, other: Api) -> None:
    _send(api, picture("PNG"))
    problem(404, other.get("/user/picture"))


def test_nothing_of_a_camera_is_kept(api: Api) -> None:
    assert b"Secret Camera" in phone_picture()
    _send(api, phone_picture(), "me.jpg")
    content = api.get("/user/picture").data
    assert b"Secret Camera" not in content
    with Image.open(BytesIO(content)) as image:
        assert not image.getexif()


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_picture(api: Api, content: bytes) -> None:
    refused(_send(api, content, "me.png"), "file")
    problem(404, api.get("/user/picture"))


def test_a_picture_has_to_be_a_file(api: Api) -> None:
    response = api.request(
        "PUT", "/user/picture", data={"file": "text"}, content_type="multipart/form-data"
    )
    refused(response, "file")
    nothing = api.request("PUT", "/user/picture", data={}, content_type="multipart/form-data")
    refused(nothing, "file")
