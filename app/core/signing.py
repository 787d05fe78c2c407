"""Links that prove something: short texts, signed, each for one purpose only; most are dated."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from app.core import clock
from app.core.errors import Invalid

_keys: list[str] = []


class _Signer(TimestampSigner):
    """A signer that asks Outlay's own clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def configure(keys: Sequence[str]) -> None:
    """Say with what to sign: the first key signs, all of them are accepted, so keys can rotate."""
    _keys[:] = reversed(keys)  # itsdangerous wants the newest last


def sign(purpose: str, facts: list[Any]) -> str:
    """Return a token for an address that carries ``facts``; anybody can read it, nobody change."""
    return _serializer(purpose).dumps(facts)


def read(purpose: str, token: str, lifetime: dt.timedelta) -> list[Any]:
    """Return the facts of a token made for ``purpose`` at most ``lifetime`` ago; else Invalid."""
    try:
        facts: list[Any] = _serializer(purpose).loads(token, max_age=int(lifetime.total_seconds()))
    except BadData as error:
        raise dead_link() from error
    return facts


def sign_undated(purpose: str, facts: list[Any]) -> str:
    """Return a token for ``facts``, the same each time; a row has to say until when it is good."""
    return _undated(purpose).dumps(facts)


def read_undated(purpose: str, token: str) -> list[Any]:
    """Return the facts of an undated token made for ``purpose``; Invalid when it is none."""
    try:
        facts: list[Any] = _undated(purpose).loads(token)
    except BadData as error:
        raise dead_link() from error
    return facts


def dead_link() -> Invalid:
    """Return what to say of a link that proves nothing (any more)."""
    return Invalid(
        "This link is no longer good.",
        errors={"token": ["This link is no longer good. Ask for a new one."]},
    )


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_keys, salt=f"outlay {purpose}", signer=_Signer)


def _undated(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(_keys, salt=f"outlay undated {purpose}")
