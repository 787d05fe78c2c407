"""Who may what: one table, read by pages, the API and jobs alike."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from app.core.errors import Forbidden, InsufficientScope, NotFound
from app.models.users import Actor

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """Something a person may be allowed to do in a ledger."""

    SEE = "see"
    EDIT = "edit"
    IMPORT = "import"
    EXPORT = "export"


ALLOWED: dict[str, frozenset[Permission]] = {
    "owner": frozenset(Permission),
    "editor": frozenset(Permission),
    "viewer": frozenset({Permission.SEE, Permission.EXPORT}),
}


READING = frozenset({"GET", "HEAD", "OPTIONS"})
NO_TOKEN: frozenset[str] = frozenset()
"""What no scope opens: it takes a sign-in."""

TOKEN_SCOPES: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("/api/admin", frozenset({"admin"}), frozenset({"admin"})),
    ("/api/imports", frozenset({"read", "import"}), frozenset({"write", "import"})),
    ("/api/user/profile", frozenset({"read"}), frozenset({"write"})),
    ("/api/user", NO_TOKEN, NO_TOKEN),
    ("/api/auth", NO_TOKEN, NO_TOKEN),
    ("/api", frozenset({"read"}), frozenset({"write"})),
)
"""Where a path begins, which scopes open it for reading, and which for changing; the first counts.

One of the scopes is enough. Whatever concerns who somebody is refuses tokens unless it is named.
"""


class Scope(Protocol):
    """Anything that carries the acting person's role."""

    @property
    def role(self) -> str:
        """One of the keys of ALLOWED."""


def allows(scope: Scope, permission: Permission) -> bool:
    """Whether the role in ``scope`` includes ``permission``."""
    return permission in ALLOWED[scope.role]


def require(scope: Scope, permission: Permission) -> None:
    """Raise Forbidden unless the role in ``scope`` includes ``permission``."""
    if not allows(scope, permission):
        raise Forbidden(f"Your role here is {scope.role}; it does not include this.")


def require_admin(actor: Actor) -> None:
    """Raise NotFound for all but administrators: nobody else need know of it."""
    if actor.role != "admin":
        raise NotFound


def require_scope(actor: Actor, method: str, path: str) -> None:
    """Raise InsufficientScope where a personal token's scopes do not include a call of the API."""
    if actor.scopes is None:
        return
    needed = _scopes_for(method, path)
    if not needed & actor.scopes:
        said = f"It takes the scope {' or '.join(sorted(needed))}." if needed else "Sign in for it."
        raise InsufficientScope(f"This token may not do this. {said}")


def _scopes_for(method: str, path: str) -> frozenset[str]:
    for beginning, reading, changing in TOKEN_SCOPES:
        if path == beginning or path.startswith(f"{beginning}/"):
            return reading if method in READING else changing
    return NO_TOKEN


def public(view: View) -> View:
    """Mark a route as open to people who are not signed in; every other one demands it."""
    view.is_public = True  # type: ignore[attr-defined]
    return view
