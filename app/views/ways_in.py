"""The ways to prove who one is besides the password, for the page about security."""

from typing import NamedTuple

from flask import Flask, url_for

from app import oidc
from app.controllers import identities, passkeys, second_factors
from app.views.acting import actor


class Way(NamedTuple):
    """One way: where its page is, its icon, its name, and how it stands."""

    url: str
    icon: str
    name: str
    state: str


def init_app(app: Flask) -> None:
    """Give templates ``ways_in()``."""
    app.add_template_global(_ways, "ways_in")


def _ways() -> list[Way]:
    """Return the ways there are here; one that the settings do not offer only while it is used."""
    ways = [_one_time_password(), _passkeys()]
    linked = len(identities.list_all(actor()))
    if oidc.name() or linked:
        state = f"{linked} linked" if linked else "Not linked"
        name = oidc.name() or "Sign-in elsewhere"
        ways.append(Way(url_for("identities.index"), "link", name, state))
    return ways


def _one_time_password() -> Way:
    state = second_factors.show(actor())
    said = f"On, {state.recovery_codes_left} recovery codes left" if state.is_on else "Off"
    return Way(url_for("second_factors.show"), "device-mobile", "Authenticator app", said)


def _passkeys() -> Way:
    count = len(passkeys.list_all(actor()))
    said = {0: "None yet", 1: "One passkey"}.get(count, f"{count} passkeys")
    return Way(url_for("passkeys.index"), "key", "Passkeys", said)
