"""A small OpenID provider for tests: discovery, authorize, token and keys, over real HTTP."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as BaseResponse

CLIENT_ID, CLIENT_SECRET = "outlay", "the secret between these two"


@dataclass
class Provider:
    """What the provider says: of ``person``, and, for its faults, instead of what it should say."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "ada-1"})
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey | OctKey | None = None
    algorithm: str = "RS256"
    unsigned: bool = False
    is_away: bool = False
    calls: list[str] = field(default_factory=list)
    _own: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "of-the-provider"})
    )
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def visit(self, address: str) -> str:
        """Sign in there as a browser that is sent to ``address``; returns where it is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def app(self) -> Flask:
        """Return the provider as a web application."""
        app = Flask(__name__)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._describe)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/keys", view_func=self._keys)
        app.before_request(self._note)
        return app

    def _note(self) -> Response | None:
        self.calls.append(request.path)
        return Response("Bad Gateway", 502) if self.is_away else None

    def _describe(self) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
            response_types_supported=["code"],
            subject_types_supported=["public"],
            # More than it should: what is weak in here must not be believed.
            id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
            code_challenge_methods_supported=["S256"],
        )

    def _authorize(self) -> BaseResponse:
        return redirect(self.visit(request.url))

    def _token(self) -> tuple[Response, int]:
        asked = self._codes.pop(request.form["code"], None)
        client = request.authorization
        is_client = client and (client.username, client.password) == (CLIENT_ID, CLIENT_SECRET)
        proved = _challenge(request.form.get("code_verifier", ""))
        if not is_client or not asked or asked["code_challenge"] != proved:
            return jsonify(error="invalid_grant"), 400
        token = self._id_token(asked["nonce"])
        return jsonify(access_token="none of ours", token_type="Bearer", id_token=token), 200

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.unsigned:
            parts = (b'{"alg":"none"}', json.dumps(claims).encode(), b"")
            return ".".join(map(_base64, parts))
        header = {"alg": self.algorithm, "kid": "of-the-provider"}
        return jwt.encode(header, claims, self.key or self._own, algorithms=[self.algorithm])

    def _keys(self) -> Response:
        return jsonify(keys=[self._own.as_dict(private=False)])


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """Serve a provider on loopback, on a port of its own."""
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _challenge(verifier: str) -> str:
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
