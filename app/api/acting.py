"""Who calls: a bearer token, checked against its sign-in on every request."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import current_app, g, request
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from app.controllers import api_tokens, auth
from app.core import clock
from app.core.errors import Unauthenticated
from app.http import traced
from app.models.users import Actor, User
from app.policies import PUBLIC, access_of, require_scope

KIND = "api"
_IDENTIFIED = "outlay.identified"
PREFIX = api_tokens.PREFIX


def authenticate(*, refresh: bool = False) -> Actor:
    """Find out who the request's token stands for (RFC 6750). Unauthenticated when no one."""
    sent = _bearer()
    if sent.startswith(PREFIX) and not refresh:
        return _by_personal_token(sent)
    claims = _claims(sent, refresh=refresh)
    token = claims.get("sid")
    idle = current_app.config["SESSION_IDLE_LIFETIME"]
    found = auth.find_actor(token, KIND, idle=idle) if isinstance(token, str) else None
    if found is None or claims.get("sub") != str(found.id):
        raise Unauthenticated("This token is no longer good. Sign in again.")
    return _known(found)


def _by_personal_token(text: str) -> Actor:
    found = api_tokens.find_actor(text)
    if found is None:
        raise Unauthenticated("This token is no longer good. Make a new one in the settings.")
    return _known(found)


def _known(found: Actor) -> Actor:
    known: Actor = traced(found)
    g.actor = known
    return known


def refresh() -> dict[str, Any]:
    """Use up the refresh token that the request carries; returns a new pair."""
    actor = authenticate(refresh=True)
    claims = _claims(_bearer(), refresh=True)
    number = claims.get("number")
    if type(number) is not int:
        raise Unauthenticated("This token is no longer good. Sign in again.")
    user, following = auth.refresh(actor, number)
    return tokens(user, claims["sid"], following)


def actor() -> Actor:
    """Return who the present request is from."""
    found: Actor = g.actor
    return found


def tokens(user: User, sid: str, number: int = 0) -> dict[str, Any]:
    """Return a pair of tokens for a sign-in, with how many seconds the first one lasts.

    ``number`` counts the refresh tokens of the sign-in. None of them prolongs the sign-in itself.
    """
    claims = {"sid": sid}
    lifetime: dt.timedelta = current_app.config["JWT_ACCESS_TOKEN_EXPIRES"]
    return {
        "access_token": create_access_token(str(user.id), additional_claims=claims),
        "refresh_token": create_refresh_token(
            str(user.id), additional_claims=claims | {"number": number}
        ),
        "token_type": "Bearer",
        "expires_in": int(lifetime.total_seconds()),
        "user": user,
    }


def identified() -> Actor | None:
    """Return whom the request's token stands for, if anybody; :func:`guard` asks no second time."""
    try:
        found = authenticate() if "Authorization" in request.headers else None
    except Unauthenticated:
        return None
    request.environ[_IDENTIFIED] = found
    return found


def guard() -> None:
    """Demand a good token for every route that is not marked public."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and access_of(view) != PUBLIC:
        found: Actor = request.environ.get(_IDENTIFIED) or authenticate()
        require_scope(found, request.method, request.path)


def _bearer() -> str:
    header = request.authorization
    return (header.token or "") if header and header.type == "bearer" else ""


def _claims(token: str, *, refresh: bool) -> Mapping[str, Any]:
    try:
        claims = _verified(token, current_app.config["JWT_SECRET_KEY"])
    except (JWTExtendedException, PyJWTError, ValueError, RecursionError) as error:
        raise Unauthenticated("Send a good access token: Authorization: Bearer …") from error
    in_time = claims.get("exp", 0) > clock.now().timestamp()
    if not in_time or claims["type"] != ("refresh" if refresh else "access"):
        raise Unauthenticated("Send a good access token: Authorization: Bearer …")
    return claims


@lru_cache(maxsize=1024)
def _verified(token: str, key: str) -> Mapping[str, Any]:  # noqa: ARG001 - for the cache
    """Return what a token signed with ``key`` says; raises when the signature is not good.

    A good signature stays good, so it is checked once; the hour is asked by the caller each time,
    and the sign-in behind the token stands in the database.
    """
    claims: Mapping[str, Any] = decode_token(token)
    return claims
