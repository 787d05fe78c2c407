"""Who looks at a page: a cookie that carries a sign-in's secret, checked on every request."""

from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from app.controllers import auth
from app.extensions import csrf, login_manager
from app.http import traced
from app.models.users import Actor, Circumstances
from app.policies import PUBLIC, Permission, access_of, administers, allows
from app.views.addresses import local_address
from app.views.current_ledger import choose
from app.views.trust import remember_device

KIND = "browser"


class SignedIn(UserMixin):  # type: ignore[misc]
    """An actor the way Flask-Login wants one; its id is the sign-in's secret."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor = actor
        self._token = token

    def get_id(self) -> str:
        """Return what the cookie keeps."""
        return self._token


def init_app(app: Flask) -> None:
    """Put the guard before every page of ``app``, and the actor into every template."""
    # The secret counts as long as its row does; a change of address does not end it.
    login_manager.session_protection = None
    login_manager.init_app(app, add_context_processor=False)
    login_manager.user_loader(_load)
    app.before_request(guard)
    app.context_processor(_context)


def actor() -> Actor:
    """Return who the present request is from."""
    found: Actor = g.actor
    return found


def recognise() -> Actor | None:
    """Find out who the present request is from, if anybody; one query the first time."""
    if not current_user.is_authenticated:
        return None
    g.actor = current_user.actor  # the page that says "not found" needs somebody, too
    found: Actor = choose(current_user.actor)
    g.actor = found
    return found


def guard() -> BaseResponse | None:
    """Demand a sign-in for every page that is not public, and a CSRF token for every change."""
    if request.path.startswith("/api"):
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and access_of(view) != PUBLIC and recognise() is None:
        return _to_sign_in()
    if view is None:
        recognise()  # the page that says "not found" has the frame of those who are signed in
    else:
        csrf.protect()
    return None


def start_session(token: str) -> None:
    """Begin a session that stands for a sign-in; the one before ends, and nothing of it is kept."""
    before = recognise()
    if before is not None:
        auth.sign_out(before)
    session.clear()
    session.permanent = True
    found = _load(token)
    login_user(found)
    if found:
        remember_device(found.actor.email)


def end_session() -> None:
    """Forget everything the cookie keeps."""
    logout_user()
    session.clear()


def circumstances(device: str = "") -> Circumstances:
    """Return how long a sign-in in a browser lasts, and from where the present one comes.

    ``device`` is what :func:`app.views.trust.known_device` says of whose sign-in it is.
    """
    return Circumstances(
        kind=KIND,
        lifetime=current_app.permanent_session_lifetime,
        user_agent=request.user_agent.string,
        address=request.remote_addr or "",
        device=device,
    )


def is_htmx() -> bool:
    """Whether a script asks for parts of a page, not a browser for all of it."""
    return "HX-Request" in request.headers


def _load(token: str) -> SignedIn | None:
    found = auth.find_actor(token, KIND, idle=current_app.config["SESSION_IDLE_LIFETIME"])
    return SignedIn(traced(found), token) if found else None


def _to_sign_in() -> BaseResponse:
    address = url_for("auth.sign_in", next=_wanted())
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _wanted() -> str | None:
    """Return the page to come back to after signing in; None for the start page."""
    if request.method != "GET" or is_htmx():
        return None
    wanted = local_address(request.script_root + request.full_path.removesuffix("?"))
    return None if wanted == url_for("months.index") else wanted


def _context() -> dict[str, Any]:
    found: Actor | None = g.get("actor")
    return {
        "actor": found,
        "ledger": found.ledger if found else None,
        "ledgers": g.get("ledgers", []),
        "can": _can,
        "is_administrator": found is not None and administers(found),
    }


def _can(permission: str) -> bool:
    return allows(actor().ledger, Permission(permission))
