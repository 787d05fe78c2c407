"""One-time passwords: set up, asked for, used once, not to be guessed, and removed."""

import contextlib
import datetime as dt
import hashlib
import json
import math
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import db
from app.models.mails import Mail
from app.models.requests import IdempotentRequest
from app.models.second_factors import OneTimePassword, RecoveryCode
from app.models.users import SignIn, User
from app.services import second_factors
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.codes import code_of, turn_on
from tests.factories.people import PASSWORD

WRONG = "000000"


@pytest.fixture
def verified(api: Api) -> Api:
    """A caller whose address is proved, so that mails reach it."""
    with api.app.app_context(), unit_of_work() as work:
        work.session.execute(update(User).values(email_verified_at=clock.now()))
    return api


def _start(api: Api, password: str = PASSWORD) -> TestResponse:
    return api.post("/user/otp", {"password": password})


def _login(api: Api, **fields: str) -> TestResponse:
    return api.post("/auth/login", {"email": api.person.email, "password": PASSWORD, **fields})


def _change(app: Flask, **values: object) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(OneTimePassword).values(**values))


def test_setting_it_up_answers_what_an_app_needs(api: Api) -> None:
    begun = expect(201, _start(api))
    assert len(begun["secret"]) >= 32
    assert begun["uri"].startswith("otpauth://totp/Outlay:")
    assert begun["secret"] in begun["uri"]
    assert "issuer=Outlay" in begun["uri"]


def test_it_counts_only_once_it_is_confirmed(api: Api) -> None:
    secret = expect(201, _start(api))["secret"]
    assert api.read("/user/otp") == {"enabled": False, "recovery_codes_left": 0}
    expect(200, _login(api))
    refused(api.post("/user/otp/confirm", {"code": code_of(secret, steps=10)}), "code")
    expect(200, api.post("/user/otp/confirm", {"code": code_of(secret)}))
    assert api.read("/user/otp") == {"enabled": True, "recovery_codes_left": 10}
    problem(401, _login(api))


def test_the_password_is_asked_for_before_and_after(api: Api) -> None:
    refused(_start(api, "not the password"), "password")
    turn_on(api)
    refused(api.delete("/user/otp", raw='{"password": "nope"}'), "password")
    refused(api.post("/user/otp/recovery-codes", {"password": "nope"}), "password")
    assert api.read("/user/otp")["enabled"]


def test_without_a_code_the_login_says_that_it_needs_one(api: Api) -> None:
    secret, _ = turn_on(api)
    assert problem(401, _login(api))["code"] == "otp_required"
    assert problem(401, _login(api, otp=""))["code"] == "otp_required"
    assert problem(401, _login(api, otp=WRONG))["code"] == "otp_invalid"
    tokens = expect(200, _login(api, otp=code_of(secret)))
    assert tokens["access_token"]


def test_a_wrong_password_is_not_told_from_one_without_a_code(api: Api) -> None:
    turn_on(api)
    answer = api.post("/auth/login", {"email": api.person.email, "password": "wrong"})
    assert problem(401, answer)["code"] == "unauthenticated"


def test_the_sign_in_keeps_how_it_was_proved(api: Api, app: Flask) -> None:
    expect(200, _login(api))
    secret, codes = turn_on(api)
    expect(200, _login(api, otp=code_of(secret)))
    expect(200, _login(api, otp=codes[0]))
    with app.app_context():
        found = db.session.scalars(select(SignIn.strength).order_by(SignIn.id)).all()
    assert found[-3:] == ["password", "password+otp", "password+recovery"]


def test_a_code_is_good_once(api: Api) -> None:
    secret, _ = turn_on(api)
    code = code_of(secret)
    expect(200, _login(api, otp=f"{code[:3]} {code[3:]}"))
    assert problem(401, _login(api, otp=code))["code"] == "otp_invalid"
    # A step before one that was used is over, too.
    problem(401, _login(api, otp=code_of(secret, steps=-1)))
    expect(200, _login(api, otp=code_of(secret, steps=1)))


@pytest.mark.parametrize("kind", ["of an app", "recovery"])
def test_of_two_with_one_code_at_the_same_instant_one_gets_in(
    api: Api, app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    secret, codes = turn_on(api)
    code = code_of(secret) if kind == "of an app" else codes[0]
    both, take = Barrier(2), second_factors._take_code

    def take_together(one_time: OneTimePassword, typed: str) -> bool:
        """Wait for the other one in the middle of the check, where only one at a time may be."""
        with contextlib.suppress(BrokenBarrierError):
            both.wait(1)
        return take(one_time, typed)

    monkeypatch.setattr(second_factors, "_take_code", take_together)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: _login(api, otp=code), range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]
    with app.app_context():
        strong = SignIn.strength.startswith("password+")
        assert len(db.session.scalars(select(SignIn).where(strong)).all()) == 1


def test_the_code_that_confirmed_signs_nobody_in(api: Api) -> None:
    secret = expect(201, _start(api))["secret"]
    code = code_of(secret)
    expect(200, api.post("/user/otp/confirm", {"code": code}))
    problem(401, _login(api, otp=code))


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_clock_may_be_off_by_half_a_minute_and_no_more(api: Api, steps: int) -> None:
    secret, _ = turn_on(api)
    problem(401, _login(api, otp=code_of(secret, steps=steps)))


def test_guessing_ends_after_five_tries(api: Api, app: Flask) -> None:
    secret, codes = turn_on(api)
    for _ in range(5):
        problem(401, _login(api, otp=WRONG))
    problem(401, _login(api, otp=code_of(secret)))
    # Beginning anew does not help, nor does waiting less than a quarter of an hour.
    _change(app, failed_at=clock.now() - dt.timedelta(minutes=14))
    problem(401, _login(api, otp=code_of(secret)))
    _change(app, failed_at=clock.now() - dt.timedelta(minutes=16))
    expect(200, _login(api, otp=code_of(secret)))
    with app.app_context():
        assert db.session.scalars(select(OneTimePassword.failures)).one() == 0
    assert len(codes) == 10


def test_the_wait_doubles(api: Api, app: Flask) -> None:
    secret, _ = turn_on(api)
    _change(app, failures=9, failed_at=clock.now() - dt.timedelta(minutes=16))
    problem(401, _login(api, otp=WRONG))
    _change(app, failed_at=clock.now() - dt.timedelta(minutes=29))
    problem(401, _login(api, otp=code_of(secret)))
    _change(app, failed_at=clock.now() - dt.timedelta(minutes=31))
    expect(200, _login(api, otp=code_of(secret)))


def test_a_recovery_code_lets_its_owner_in_however_others_guess(api: Api) -> None:
    _, codes = turn_on(api)
    for _ in range(6):
        problem(401, _login(api, otp=WRONG))
    expect(200, _login(api, otp=codes[3].upper().replace("-", " ")))
    assert api.read("/user/otp")["recovery_codes_left"] == 9
    problem(401, _login(api, otp=codes[3]))


def test_recovery_codes_are_ten_different_ones_of_which_hashes_are_kept(
    api: Api, app: Flask
) -> None:
    _, codes = turn_on(api)
    assert len(set(codes)) == 10
    letters = {letter for code in codes for letter in code} - {"-"}
    assert letters <= set("23456789abcdefghjkmnpqrstuvwxyz")
    bits = {math.log2(31) * len(code.replace("-", "")) for code in codes}
    assert min(bits) >= 112  # OWASP ASVS 5.0.0, 6.5.2
    with app.app_context():
        kept = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert {len(one) for one in kept} == {32}


def test_shorter_codes_that_people_hold_from_before_stay_good(api: Api, app: Flask) -> None:
    turn_on(api)
    with app.app_context(), unit_of_work() as work:
        digest = hashlib.sha256(b"abcd2345efgh6789").digest()
        work.session.add(RecoveryCode(user_id=api.person.id, code_hash=digest))
    expect(200, _login(api, otp="ABCD-2345-efgh-6789"))
    problem(401, _login(api, otp="abcd-2345-efgh-6789"))


def test_new_recovery_codes_end_the_old_ones(api: Api) -> None:
    _, old = turn_on(api)
    new = expect(201, api.post("/user/otp/recovery-codes", {"password": PASSWORD}))
    problem(401, _login(api, otp=old[0]))
    expect(200, _login(api, otp=new["recovery_codes"][0]))


def test_a_repeated_key_gets_the_same_codes_and_keeps_nothing_to_guess_from(
    api: Api, app: Flask
) -> None:
    secret = str(expect(201, _start(api))["secret"])
    for path, body in (
        ("/user/otp/confirm", {"code": code_of(secret)}),
        ("/user/otp/recovery-codes", {"password": PASSWORD}),
    ):
        sent = {"headers": {"Idempotency-Key": path}}
        first = api.post(path, body, **sent)
        again = api.post(path, body, **sent)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.get_json() == first.get_json()
        code = first.get_json()["recovery_codes"][0]
        with app.app_context():
            kept = db.session.scalars(select(IdempotentRequest).filter_by(key=path)).one()
        assert code not in kept.body
        asked = f"POST /api{path}?".encode() + json.dumps(body).encode()
        assert kept.fingerprint != hashlib.sha256(asked).digest()
    expect(200, _login(api, otp=code))


def test_nobodys_codes_open_anothers_account(api: Api, other: Api) -> None:
    _, theirs = turn_on(other)
    turn_on(api)
    problem(401, _login(api, otp=theirs[0]))
    expect(200, _login(other, otp=theirs[0]))


def test_removed_it_is_not_asked_for_any_more(api: Api) -> None:
    turn_on(api)
    assert api.delete("/user/otp", raw=f'{{"password": "{PASSWORD}"}}').status_code == 204
    assert api.read("/user/otp") == {"enabled": False, "recovery_codes_left": 0}
    expect(200, _login(api))


def test_it_is_not_set_up_twice_nor_confirmed_without(api: Api) -> None:
    problem(409, api.post("/user/otp/confirm", {"code": WRONG}))
    problem(409, api.post("/user/otp/recovery-codes", {"password": PASSWORD}))
    secret, _ = turn_on(api)
    problem(409, _start(api))
    expect(200, _login(api, otp=code_of(secret)))


def test_beginning_again_forgets_the_secret_before(api: Api) -> None:
    first = expect(201, _start(api))["secret"]
    second = expect(201, _start(api))["secret"]
    refused(api.post("/user/otp/confirm", {"code": code_of(first)}), "code")
    expect(200, api.post("/user/otp/confirm", {"code": code_of(second)}))


def test_the_secret_is_sealed_in_the_database(api: Api, app: Flask) -> None:
    secret, _ = turn_on(api)
    with app.app_context():
        stored = db.session.execute(db.text("SELECT secret FROM one_time_passwords")).scalar_one()
    assert secret.encode() not in bytes(stored)


def test_the_owner_is_told_of_every_change(verified: Api, app: Flask) -> None:
    _, codes = turn_on(verified)
    expect(200, _login(verified, otp=codes[0]))
    expect(201, verified.post("/user/otp/recovery-codes", {"password": PASSWORD}))
    verified.delete("/user/otp", raw=f'{{"password": "{PASSWORD}"}}')
    with app.app_context():
        mails = db.session.scalars(select(Mail).order_by(Mail.id)).all()
        told = [one.details for one in mails if one.kind == "second_factor_changed"]
    changes = ["otp_on", "recovery_code_used", "recovery_codes_renewed", "otp_off"]
    assert told == [{"change": change} for change in changes]


@pytest.mark.parametrize("code", ["", " ", "٠٠٠٠٠٠", "1" * 51, "\u0000", 123456, None, [], {}])
def test_odd_codes_are_refused_without_a_fault(api: Api, code: object) -> None:
    turn_on(api)
    fields = {"email": api.person.email, "password": PASSWORD, "otp": code}
    assert api.post("/auth/login", fields).status_code in {401, 422}
    assert api.post("/user/otp/confirm", {"code": code}).status_code in {409, 422}
