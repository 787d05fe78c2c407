"""The OpenID provider of the settings: asked with PKCE, state and nonce, and checked in full."""

from dataclasses import dataclass
from typing import Any, cast

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App, OAuth
from authlib.oauth2.rfc6749 import OAuth2Token
from flask import Flask, Response, current_app
from flask.sessions import SessionMixin
from joserfc.errors import JoseError
from requests import RequestException

from app.core import clock
from app.core.errors import Unauthenticated, Unavailable
from config import Settings

NAME = "oidc"
SECONDS = 5
LEEWAY = 60
DISCOVERY = "/.well-known/openid-configuration"
# Signed with a key that only the provider has: a shared secret is none, and "none" is nothing.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
_STATES = f"_state_{NAME}_"


class Refused(Unauthenticated):
    """The provider, or the person there, said no; or what came back is not to be trusted."""

    code = "oidc_refused"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a checked ID token says of its subject."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    first_name: str
    last_name: str


class Provider(FlaskOAuth2App):  # type: ignore[misc]
    """The provider's client; believes its description only where that fits the settings."""

    def load_server_metadata(self) -> dict[str, Any]:
        """Return the provider's own description (OpenID Connect Discovery, section 4.3)."""
        known = cast("dict[str, Any]", super().load_server_metadata())
        if known.get("issuer") != _issuer():
            self.server_metadata.clear()
            raise ValueError("the provider says it is another issuer")
        offered = known.get("id_token_signing_alg_values_supported") or ["RS256"]
        known["id_token_signing_alg_values_supported"] = sorted(ALGORITHMS.intersection(offered))
        return known


class _States(FlaskIntegration):  # type: ignore[misc]
    """What the session keeps while its person is at the provider: one try, for ten minutes."""

    expires_in = 600

    def set_state_data(self, session: SessionMixin, state: str, data: dict[str, Any]) -> None:
        """Keep the newest try only, and of it what is needed: a cookie holds only so much."""
        for key in [key for key in session if key.startswith(_STATES)]:
            del session[key]
        kept = {name: value for name, value in data.items() if name != "url"}
        super().set_state_data(session, state, kept)
        # In whole seconds: the session's JSON reads a fraction as a decimal, which it cannot write.
        session[_STATES + state]["exp"] = int(clock.now().timestamp()) + self.expires_in

    def get_state_data(self, session: SessionMixin, state: str) -> dict[str, Any] | None:
        """Return what was kept for a try that is not over."""
        found: dict[str, Any] | None = session.get(f"{_STATES}{state}")
        if found is None or found["exp"] <= clock.now().timestamp():
            return None
        return cast("dict[str, Any]", found["data"])


class _Registry(OAuth):  # type: ignore[misc]
    framework_integration_cls = _States
    oauth2_client_cls = Provider


def init_app(app: Flask) -> None:
    """Register the provider on ``app``, if the settings name one; nothing is asked of it yet."""
    settings: Settings = app.extensions["settings"]
    if settings.oidc_issuer:
        _Registry(app).register(
            NAME,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=settings.oidc_issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": SECONDS,
            },
        )


def name() -> str | None:
    """Return what people call the provider; None when there is none."""
    settings: Settings = current_app.extensions["settings"]
    return settings.oidc_name if settings.oidc_issuer else None


def leave(callback: str) -> Response:
    """Send the person to the provider, from where they come back to ``callback``."""
    try:
        answer: Response = _provider().authorize_redirect(callback)
    except (RequestException, OAuthError, ValueError, RuntimeError) as error:
        raise _away() from error
    return answer


def come_back() -> Claims:
    """Return who the provider says came back with the present request.

    Refused when the state, the code or the ID token is not good; Unavailable when the provider
    cannot be asked.
    """
    try:
        token = _provider().authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": _issuer()},
                "aud": {"essential": True, "value": _settings().oidc_client_id},
            },
            leeway=LEEWAY,
        )
    except (OAuthError, JoseError) as error:
        raise Refused(f"{name()} did not confirm who you are. Try again.") from error
    except (RequestException, ValueError, TypeError, LookupError, RuntimeError) as error:
        raise _away() from error
    return _claims(token)


def _claims(token: OAuth2Token) -> Claims:
    said = token.get("userinfo") or {}
    subject = said.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Refused(f"{name()} did not say who you are.")
    return Claims(
        issuer=_issuer(),
        subject=subject,
        email=str(said.get("email") or ""),
        email_verified=said.get("email_verified") is True,
        first_name=str(said.get("given_name") or "")[:100],
        last_name=str(said.get("family_name") or "")[:100],
    )


def _provider() -> Provider:
    registry = current_app.extensions["authlib.integrations.flask_client"]
    return cast("Provider", registry.create_client(NAME))


def _issuer() -> str:
    return _settings().oidc_issuer or ""


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _away() -> Unavailable:
    return Unavailable(f"{name()} does not answer right now. Try again in a moment.")
