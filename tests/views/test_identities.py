"""Signing in with an OpenID provider: who is let in, who is linked, and what is not believed."""

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import db
from app.models.identities import Identity
from app.models.mails import Mail
from app.models.users import SignIn, User
from config import Settings
from tests.conftest import running_app
from tests.factories.openid import CLIENT_ID, CLIENT_SECRET, Provider, serving
from tests.views.visitors import PASSWORD, Visitor, words

ADA = {
    "sub": "ada-1",
    "email": "Ada@Example.com",
    "email_verified": True,
    "given_name": "Ada",
    "family_name": "Lovelace",
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider at which Ada is signed in."""
    with serving(Provider(person=dict(ADA))) as provider:
        yield provider


def _with_provider(settings: Settings, provider: Provider, **changes: Any) -> Settings:
    return dataclasses.replace(
        settings,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_name="Acme",
        **changes,
    )


@pytest.fixture
def house(settings: Settings, provider: Provider) -> Iterator[Flask]:
    """An Outlay that knows the provider; somebody is registered already."""
    with running_app(_with_provider(settings, provider)) as app:
        Visitor(app, "en-US").register()
        yield app


@pytest.fixture
def ada(house: Flask) -> Visitor:
    """A browser that nobody has signed in with here yet."""
    return Visitor(house, "de-DE")


def _arrive(visitor: Visitor, provider: Provider, **query: str) -> TestResponse:
    """Go to the provider and come back; returns the answer to coming back."""
    left = visitor.client.get("/sign-in/oidc", query_string=query)
    assert left.status_code == 302, words(left)
    back = provider.visit(left.location)
    return visitor.get(back.partition("//")[2].partition("/")[1] + back.split("/", 3)[3])


def _leave(visitor: Visitor) -> None:
    """Sign out, from a page that is newer than the session."""
    visitor.get("/accounts")
    assert visitor.post("/sign-out").status_code == 303
    assert visitor.get("/accounts").status_code == 303


def _people(app: Flask) -> list[User]:
    with app.app_context():
        return list(db.session.scalars(select(User).order_by(User.id)).all())


def _identities(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        found = db.session.scalars(select(Identity).order_by(Identity.id)).all()
        return [(one.user_id, one.subject) for one in found]


def _verify(app: Flask, email: str) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.execute(
            update(User).where(User.email == email).values(email_verified_at=clock.now())
        )


def _refused(visitor: Visitor, answer: TestResponse, said: str) -> None:
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")
    assert said in words(visitor.get("/sign-in"))
    assert visitor.get("/accounts").status_code == 303


# Asking


def test_the_pages_offer_the_provider_by_its_name(ada: Visitor) -> None:
    assert "Sign in with Acme" in words(ada.get("/sign-in"))
    assert "Sign in with Acme" in words(ada.get("/register"))


def test_without_a_provider_there_is_no_such_page(stranger: Visitor) -> None:
    assert "Sign in with single" not in words(stranger.get("/sign-in"))
    assert stranger.get("/sign-in/oidc").status_code == 404
    assert stranger.get("/sign-in/oidc/callback?code=a&state=b").status_code == 404


def test_the_provider_is_asked_with_a_state_a_nonce_and_a_challenge(
    ada: Visitor, provider: Provider, settings: Settings
) -> None:
    sent = ada.client.get("/sign-in/oidc").location
    assert sent.startswith(f"{provider.issuer}/authorize?")
    for part in ("response_type=code", "state=", "nonce=", "code_challenge_method=S256"):
        assert part in sent
    assert "scope=openid+email+profile" in sent
    # The address to come back to is the settings' own, whatever the request says.
    forged = ada.client.get("/sign-in/oidc", headers={"X-Forwarded-Host": "evil.example"}).location
    assert settings.base_url.partition("//")[2].replace(":", "%3A") in forged


# Coming back


def test_somebody_new_gets_an_account(ada: Visitor, provider: Provider, house: Flask) -> None:
    arrived = _arrive(ada, provider, next="/accounts")
    assert (arrived.status_code, arrived.location) == (303, "/accounts")
    assert ada.get("/accounts").status_code == 200
    person = _people(house)[-1]
    assert (person.email, person.name, person.role) == ("ada@example.com", "Ada Lovelace", "user")
    assert (person.currency, person.locale, person.is_verified) == ("EUR", "de_DE", True)
    assert _identities(house) == [(person.id, "ada-1")]
    with house.app_context():
        newest = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert newest
    assert newest.strength == "oidc"


def test_the_subject_says_who_it_is_and_not_the_address(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    _arrive(ada, provider)
    provider.person |= {"email": "other@example.com"}
    again = Visitor(house, "de-DE")
    _arrive(again, provider)
    assert "ada@example.com" in words(again.get("/"))
    assert len(_people(house)) == 2


def test_an_address_that_is_not_verified_there_is_not_verified_here(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    provider.person |= {"email_verified": "true"}  # a text is no proof
    _arrive(ada, provider)
    assert not _people(house)[-1].is_verified


@pytest.mark.parametrize("email", [None, "", "nobody", "a@b@c", "x" * 300 + "@example.com"])
def test_without_an_address_there_is_no_account(
    ada: Visitor, provider: Provider, email: str | None
) -> None:
    provider.person |= {"email": email}
    _refused(ada, _arrive(ada, provider), "did not say which address is yours")


@pytest.mark.parametrize("mode", ["closed", "invite"])
def test_where_registering_is_not_open_nobody_new_comes_in(
    settings: Settings, provider: Provider, mode: str
) -> None:
    with running_app(_with_provider(settings, provider)) as app:
        Visitor(app, "en-US").register()
    with running_app(_with_provider(settings, provider, registration=mode)) as app:
        ada = Visitor(app, "de-DE")
        arrived = _arrive(ada, provider)
        assert (arrived.status_code, arrived.location) == (303, "/sign-in")
        assert ada.get("/accounts").status_code == 303
        assert len(_people(app)) == 1


def test_a_disabled_account_stays_outside(ada: Visitor, provider: Provider, house: Flask) -> None:
    _arrive(ada, provider)
    with house.app_context(), unit_of_work() as work:
        work.session.execute(update(User).values(is_active=False))
    again = Visitor(house, "de-DE")
    answer = _arrive(again, provider)
    assert answer.status_code in {303, 401}
    assert again.get("/accounts").status_code == 303


# An address that somebody has already


def test_the_same_address_links_nothing_by_itself(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    ada.email = "ada@example.com"
    ada.register()
    _verify(house, "ada@example.com")
    _leave(ada)
    _refused(ada, _arrive(ada, provider), "Sign in with its password to link it")
    assert _identities(house) == []
    # The password is what links it.
    assert ada.sign_in().status_code == 303
    assert "Acme is linked" in words(ada.get("/"))
    assert len(_identities(house)) == 1
    again = Visitor(house, "de-DE")
    _arrive(again, provider)
    assert again.get("/accounts").status_code == 200


def test_somebody_else_who_signs_in_next_is_not_linked(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    ada.email = "ada@example.com"
    ada.register()
    other = Visitor(house, "de-DE")
    other.register()
    _leave(other)
    _arrive(other, provider)
    assert other.sign_in().status_code == 303
    assert _identities(house) == []


def test_an_address_nobody_verified_there_is_never_offered(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    ada.email = "ada@example.com"
    ada.register()
    _leave(ada)
    provider.person |= {"email_verified": False}
    _arrive(ada, provider)
    ada.sign_in()
    assert _identities(house) == []


# Linking and unlinking in the settings


def test_linking_needs_the_password_and_then_signs_in(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    ada.register()
    assert ada.post("/settings/security/identities", {"password": "no"}).status_code == 422
    _arrive(ada, provider)  # without having asked for it, this signs in as whoever it is
    assert len(_people(house)) == 3
    _leave(ada)
    ada.sign_in()
    ada.get("/accounts")
    provider.person |= {"sub": "ada-2", "email": "elsewhere@example.com"}
    page = ada.post("/settings/security/identities", {"password": PASSWORD})
    assert 'http-equiv="refresh"' in page.text
    assert "Continue to Acme" in words(page)
    arrived = _arrive(ada, provider)
    assert arrived.location == "/settings/security/identities"
    assert "as ada-2" in words(ada.get("/settings/security/identities"))
    again = Visitor(house, "de-DE")
    _arrive(again, provider)
    assert ada.email in words(again.get("/"))


def test_an_identity_stands_for_one_person_only(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    _arrive(ada, provider)
    other = Visitor(house, "de-DE")
    other.register()
    other.post("/settings/security/identities", {"password": PASSWORD})
    _arrive(other, provider)
    assert "belongs to another account" in words(other.get("/settings/security/identities"))
    assert len(_identities(house)) == 1


def test_unlinking_needs_the_password(ada: Visitor, provider: Provider, house: Flask) -> None:
    ada.register()
    ada.post("/settings/security/identities", {"password": PASSWORD})
    _arrive(ada, provider)
    with house.app_context():
        path = f"/settings/security/identities/{db.session.scalars(select(Identity.id)).one()}"
    assert "Unlink" in words(ada.get(f"{path}/remove"))
    assert ada.post(f"{path}/remove", {"password": "no"}).status_code == 422
    stranger = Visitor(house, "de-DE")
    stranger.register()
    assert stranger.post(f"{path}/remove", {"password": PASSWORD}).status_code == 404
    assert ada.post(f"{path}/remove", {"password": PASSWORD}).status_code == 303
    assert _identities(house) == []


def test_the_only_way_in_is_not_taken_away(ada: Visitor, provider: Provider, house: Flask) -> None:
    _arrive(ada, provider)
    with house.app_context():
        path = f"/settings/security/identities/{db.session.scalars(select(Identity.id)).one()}"
    assert "your only way in" in words(ada.get(f"{path}/remove"))
    assert ada.post(f"{path}/remove", {"password": PASSWORD}).status_code == 409
    assert len(_identities(house)) == 1


def test_without_a_password_the_pages_say_how_to_get_one(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    _arrive(ada, provider)
    assert "Send me a link to set one" in words(ada.get("/settings/security"))
    for path, fields in (
        ("one-time-password", {"password": PASSWORD}),
        ("email", {"email": "new@example.com", "password": PASSWORD}),
        ("password", {"current_password": PASSWORD, "password": f"another {PASSWORD}"}),
    ):
        refused = ada.post(f"/settings/security/{path}", fields)
        assert refused.status_code == 422
        assert "You have no password yet." in words(refused)
    assert ada.post("/settings/security/password/link").status_code == 303
    assert "on its way to ada@example.com" in words(ada.get("/settings/security"))
    with house.app_context():
        waiting = select(Mail.recipient).where(Mail.kind == "password_reset")
        assert db.session.scalars(waiting).all() == ["ada@example.com"]


def test_a_link_to_set_a_password_goes_to_a_proved_address_only(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    provider.person |= {"email_verified": False}
    _arrive(ada, provider)
    ada.get("/settings/security")
    assert ada.post("/settings/security/password/link").status_code == 303
    assert "First prove that the address is yours" in words(ada.get("/settings/security"))
    with house.app_context():
        waiting = select(Mail).where(Mail.kind == "password_reset")
        assert db.session.scalars(waiting).all() == []


def test_nobody_knows_the_password_of_who_came_without_one(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    _arrive(ada, provider)
    _leave(ada)
    ada.email = "ada@example.com"
    for password in ("", "!", PASSWORD, _people(house)[-1].password_hash[:120]):
        assert ada.sign_in(password).status_code in {401, 422}


# What is not believed


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "that of another browser"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-app"},
    "another audience, asked for by us": {"aud": "another-app", "azp": CLIENT_ID},
    "another issuer": {"iss": "https://evil.example"},
    "over": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "without an end": {"exp": None},
    "without a subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is none": {"sub": ["ada-1"]},
    "a subject without end": {"sub": "a" * 300},
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    ada: Visitor, provider: Provider, house: Flask, fault: str
) -> None:
    provider.claims = WRONG[fault]
    _refused(ada, _arrive(ada, provider), "Acme did not")
    assert len(_people(house)) == 1


def test_a_foreign_signature_is_refused(ada: Visitor, provider: Provider, house: Flask) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "of-the-provider"})
    _refused(ada, _arrive(ada, provider), "Acme did not confirm")
    assert len(_people(house)) == 1


def test_no_signature_is_refused(ada: Visitor, provider: Provider, house: Flask) -> None:
    provider.unsigned = True
    _refused(ada, _arrive(ada, provider), "Acme did not confirm")
    assert len(_people(house)) == 1


def test_a_shared_secret_is_no_signature(ada: Visitor, provider: Provider, house: Flask) -> None:
    provider.key, provider.algorithm = OctKey.import_key(CLIENT_SECRET), "HS256"
    _refused(ada, _arrive(ada, provider), "Acme did not confirm")
    assert len(_people(house)) == 1


def test_an_answer_to_another_browser_is_refused(
    ada: Visitor, provider: Provider, house: Flask
) -> None:
    thief = Visitor(house, "de-DE")
    sent = thief.client.get("/sign-in/oidc").location
    back = provider.visit(sent).split("/", 3)[3]
    ada.client.get("/sign-in/oidc")
    _refused(ada, ada.get(f"/{back}"), "Acme did not confirm")


def test_an_answer_counts_once(ada: Visitor, provider: Provider) -> None:
    sent = ada.client.get("/sign-in/oidc").location
    back = "/" + provider.visit(sent).split("/", 3)[3]
    assert ada.get(back).location == "/"
    _leave(ada)
    _refused(ada, ada.get(back), "Acme did not confirm")


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?code=x", "?error=access_denied", "?code=%00&state=%ff", "?state="]
)
def test_answers_that_no_provider_sends_are_no_fault(ada: Visitor, query: str) -> None:
    _refused(ada, ada.get(f"/sign-in/oidc/callback{query}"), "Acme did not confirm")


def test_many_tries_do_not_fill_the_cookie(ada: Visitor, provider: Provider) -> None:
    for _ in range(12):
        ada.client.get("/sign-in/oidc")
    assert _arrive(ada, provider).location == "/"


# A provider that is away


def test_a_provider_that_is_away_is_said_on_leaving(ada: Visitor, provider: Provider) -> None:
    provider.is_away = True
    answer = ada.get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "Acme does not answer right now" in words(answer)
    assert answer.headers["Retry-After"]
    provider.is_away = False
    assert _arrive(ada, provider).location == "/"


def test_a_provider_that_went_away_is_said_on_coming_back(ada: Visitor, provider: Provider) -> None:
    back = provider.visit(ada.client.get("/sign-in/oidc").location).split("/", 3)[3]
    provider.is_away = True
    answer = ada.get(f"/{back}")
    assert answer.status_code == 503
    assert "Acme does not answer right now" in words(answer)


def test_a_provider_that_says_it_is_another_is_not_asked(ada: Visitor, provider: Provider) -> None:
    provider.issuer = "https://evil.example"
    assert ada.get("/sign-in/oidc").status_code == 503
