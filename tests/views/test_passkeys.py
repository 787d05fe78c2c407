"""Passkeys: made once the password is right, good for both factors, and for this site only."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.core.uow import unit_of_work
from app.models.base import db
from app.models.second_factors import Passkey
from app.models.users import SignIn, User
from config import Settings
from tests.conftest import running_app
from tests.factories.authenticators import Device
from tests.views.visitors import PASSWORD, Visitor, words

PAGE = "/settings/security/passkeys"
ORIGIN = "http://localhost:5000"


@pytest.fixture
def house(settings: Settings) -> Iterator[Flask]:
    """An Outlay with a host name, as passkeys need one."""
    with running_app(dataclasses.replace(settings, base_url=ORIGIN)) as app:
        yield app


@pytest.fixture
def ada(house: Flask) -> Visitor:
    """Somebody who registered there."""
    visitor = Visitor(house, "en-GB")
    visitor.register()
    return visitor


@pytest.fixture
def device() -> Device:
    """A device without a passkey yet."""
    return Device(ORIGIN)


def _options(visitor: Visitor, path: str, **fields: str) -> dict[str, Any]:
    response = visitor.post(path, fields)
    assert response.status_code == 200, response.text
    options: dict[str, Any] = response.get_json()
    return options


def _add(visitor: Visitor, device: Device, name: str = "Laptop") -> TestResponse:
    options = _options(visitor, f"{PAGE}/options", password=PASSWORD)
    return visitor.post(PAGE, {"name": name, "credential": device.create(options)})


def _sign_in(house: Flask, device: Device, **fields: str) -> tuple[Visitor, TestResponse]:
    visitor = Visitor(house, "en-GB")
    options = _options(visitor, "/sign-in/passkey/options")
    answer = {"credential": device.get(options), **fields}
    return visitor, visitor.post("/sign-in/passkey", answer)


def _refused(visitor: Visitor, answer: TestResponse, said: str = "not known here") -> None:
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")
    assert said in words(visitor.get("/sign-in"))
    assert visitor.get("/accounts").status_code == 303


def _count(house: Flask) -> int:
    with house.app_context():
        return len(db.session.scalars(select(Passkey)).all())


def test_a_passkey_is_made_listed_and_signs_in(ada: Visitor, house: Flask, device: Device) -> None:
    assert "No passkey yet" in words(ada.get(PAGE))
    assert _add(ada, device).status_code == 303
    listed = words(ada.get(PAGE))
    assert "One passkey" in listed
    assert "Laptop" in listed
    assert "not used yet" in listed
    other, arrived = _sign_in(house, device, next="/accounts")
    assert (arrived.status_code, arrived.location) == (303, "/accounts")
    assert other.get("/accounts").status_code == 200
    assert "last used" in words(ada.get(PAGE))
    with house.app_context():
        newest = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert newest
    assert newest.strength == "passkey"


def test_what_is_asked_of_the_device(ada: Visitor, house: Flask, device: Device) -> None:
    asked = _options(ada, f"{PAGE}/options", password=PASSWORD)
    assert asked["rp"] == {"name": "Outlay", "id": "localhost"}
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["user"]["name"] == ada.email
    assert asked["excludeCredentials"] == []
    _add(ada, device)
    assert len(_options(ada, f"{PAGE}/options", password=PASSWORD)["excludeCredentials"]) == 1
    wanted = _options(Visitor(house, "en-GB"), "/sign-in/passkey/options")
    assert (wanted["rpId"], wanted["userVerification"]) == ("localhost", "required")
    assert wanted["allowCredentials"] == []


def test_the_password_is_asked_for_first(ada: Visitor, house: Flask, device: Device) -> None:
    refused = ada.post(f"{PAGE}/options", {"password": "wrong"})
    assert refused.status_code == 422
    assert refused.get_json()["errors"]["password"]
    made = device.create({"user": {"id": "AAAA"}, "challenge": "AAAA"})
    ada.post(PAGE, {"name": "Laptop", "credential": made})
    assert _count(house) == 0


def test_a_challenge_is_good_once(ada: Visitor, house: Flask, device: Device) -> None:
    options = _options(ada, f"{PAGE}/options", password=PASSWORD)
    made = {"name": "Laptop", "credential": device.create(options)}
    ada.post(PAGE, made)
    ada.post(PAGE, made)
    assert _count(house) == 1
    visitor = Visitor(house, "en-GB")
    asked = _options(visitor, "/sign-in/passkey/options")
    answer = {"credential": device.get(asked)}
    assert visitor.post("/sign-in/passkey", answer).location == "/"
    visitor.get("/accounts")
    assert visitor.post("/sign-out").status_code == 303
    visitor.get("/sign-in")
    _refused(visitor, visitor.post("/sign-in/passkey", answer), "took too long")


def test_an_answer_to_another_challenge_is_refused(
    ada: Visitor, house: Flask, device: Device
) -> None:
    _add(ada, device)
    thief, visitor = Visitor(house, "en-GB"), Visitor(house, "en-GB")
    stolen = device.get(_options(visitor, "/sign-in/passkey/options"))
    _options(thief, "/sign-in/passkey/options")
    _refused(thief, thief.post("/sign-in/passkey", {"credential": stolen}))


def test_a_challenge_to_make_one_signs_nobody_in(
    ada: Visitor, house: Flask, device: Device
) -> None:
    _add(ada, device)
    options = _options(ada, f"{PAGE}/options", password=PASSWORD)
    ada.post("/sign-in/passkey", {"credential": device.get(options)})
    with house.app_context():
        assert "passkey" not in db.session.scalars(select(SignIn.strength)).all()


@pytest.mark.parametrize(
    "fault",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:5001"},
        {"rp_id": "evil.example"},
        {"verifies": False},
        {"user_handle": b"\0" * 7 + b"\x63"},
        {"credential_id": b"unknown"},
        {"count": 1},
    ],
    ids=str,
)
def test_a_passkey_is_good_here_by_its_owner_and_never_as_a_copy(
    ada: Visitor, house: Flask, device: Device, fault: dict[str, Any]
) -> None:
    device.count = 5
    _add(ada, device)
    _refused(*_sign_in(house, dataclasses.replace(device, **fault)))
    assert _sign_in(house, device)[1].location == "/"


def test_another_key_does_not_open(ada: Visitor, house: Flask, device: Device) -> None:
    _add(ada, device)
    forged = Device(ORIGIN, credential_id=device.credential_id, user_handle=device.user_handle)
    _refused(*_sign_in(house, forged))


def test_a_device_that_does_not_count_works_again_and_again(
    ada: Visitor, house: Flask, device: Device
) -> None:
    device.counts = False
    _add(ada, device)
    for _ in range(3):
        assert _sign_in(house, device)[1].location == "/"


@pytest.mark.parametrize(
    "fault", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"verifies": False}]
)
def test_what_another_site_made_is_not_kept(
    ada: Visitor, house: Flask, fault: dict[str, Any]
) -> None:
    answer = _add(ada, Device(**{"origin": ORIGIN, **fault}))
    assert answer.status_code == 422
    assert "could not be checked" in words(answer)
    assert _count(house) == 0


def test_one_passkey_belongs_to_one_person(ada: Visitor, house: Flask, device: Device) -> None:
    _add(ada, device)
    other = Visitor(house, "en-GB")
    other.register()
    assert _add(other, device).status_code == 409
    assert _count(house) == 1


ODD = [
    "",
    "x",
    "[]",
    "null",
    "1",
    "{}",
    "[" * 5000,
    "\0",
    "x" * 40_000,
    '{"id": 1, "rawId": 2, "type": "public-key", "response": {}}',
    '{"id": "é", "rawId": "é", "type": "x", "response": []}',
    json.dumps(
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "AAAA",
                "attestationObject": "gaFh",
                "authenticatorData": "AAAA",
                "signature": "AAAA",
                "userHandle": "!",
            },
        }
    ),
]


@pytest.mark.parametrize("text", ODD)
def test_answers_that_no_browser_sends_are_no_fault(ada: Visitor, house: Flask, text: str) -> None:
    _options(ada, f"{PAGE}/options", password=PASSWORD)
    assert ada.post(PAGE, {"name": "Laptop", "credential": text}).status_code in {303, 422}
    visitor = Visitor(house, "en-GB")
    _options(visitor, "/sign-in/passkey/options")
    answer = visitor.post("/sign-in/passkey", {"credential": text})
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")
    assert _count(house) == 0


def test_a_disabled_account_stays_outside(ada: Visitor, house: Flask, device: Device) -> None:
    _add(ada, device)
    with house.app_context(), unit_of_work() as work:
        work.session.execute(update(User).values(is_active=False))
    _refused(*_sign_in(house, device), "disabled")


def test_removing_one_needs_the_password_and_ends_it(
    ada: Visitor, house: Flask, device: Device
) -> None:
    _add(ada, device)
    with house.app_context():
        path = f"{PAGE}/{db.session.scalars(select(Passkey.id)).one()}/remove"
    assert "Remove Laptop?" in words(ada.get(path))
    assert ada.post(path, {"password": "wrong"}).status_code == 422
    other = Visitor(house, "en-GB")
    other.register()
    assert other.get(path).status_code == 404
    assert other.post(path, {"password": PASSWORD}).status_code == 404
    assert _count(house) == 1
    assert ada.post(path, {"password": PASSWORD}).status_code == 303
    _refused(*_sign_in(house, device))


def test_where_no_browser_makes_passkeys_none_is_offered(mia: Visitor) -> None:
    """The address of the other tests is a number, which no passkey can be bound to."""
    assert "need https and a host name" in words(mia.get(PAGE))
    assert mia.post(f"{PAGE}/options", {"password": PASSWORD}).status_code == 404
    mia.post("/sign-out")
    assert "passkey" not in words(mia.get("/sign-in"))
