"""Who may what: one table, read by pages, the API and jobs alike."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from app.core.errors import Forbidden, InsufficientScope, NotFound
from app.models.activities import NOBODY, Trace
from app.models.users import Actor

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """Something a person may be allowed to do: in a ledger, or, the last one, over the instance."""

    SEE = "see"
    EXPORT = "export"
    EDIT = "edit"
    IMPORT = "import"
    MANAGE = "manage"
    ADMINISTER = "administer"


_READING = frozenset({Permission.SEE, Permission.EXPORT})
_WRITING = _READING | {Permission.EDIT, Permission.IMPORT}

ALLOWED: dict[str, frozenset[Permission]] = {
    "owner": _WRITING | {Permission.MANAGE},
    "editor": _WRITING,
    "viewer": _READING,
    "admin": frozenset({Permission.ADMINISTER}),
    "user": frozenset(),
}
"""What each role includes: the first three over a ledger, the others over the instance.

An administrator may see no ledger they are not a member of.
"""

WHILE_ARCHIVED = _READING | {Permission.MANAGE}
"""What is left of a role while the ledger is archived."""


READING = frozenset({"GET", "HEAD", "OPTIONS"})
NO_TOKEN: frozenset[str] = frozenset()
"""What no scope opens: it takes a sign-in."""

TOKEN_SCOPES: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("/api/admin", frozenset({"admin"}), frozenset({"admin"})),
    ("/health", frozenset({"admin"}), NO_TOKEN),
    ("/api/imports", frozenset({"read", "import"}), frozenset({"write", "import"})),
    ("/api/user/profile", frozenset({"read"}), frozenset({"write"})),
    ("/api/user/settings", frozenset({"read"}), frozenset({"write"})),
    ("/api/user", NO_TOKEN, NO_TOKEN),
    ("/api/auth", NO_TOKEN, NO_TOKEN),
    ("/api", frozenset({"read"}), frozenset({"write"})),
)
"""Where a path begins, which scopes open it for reading, and which for changing; the first counts.

One of the scopes is enough. Whatever concerns who somebody is refuses tokens unless it is named.
"""


class Scope(Protocol):
    """A ledger, with the role the acting person has in it."""

    @property
    def role(self) -> str:
        """One of the keys of ALLOWED."""

    @property
    def is_archived(self) -> bool:
        """Whether it is only read by now."""


def allows(scope: Scope, permission: Permission) -> bool:
    """Whether the role in ``scope`` includes ``permission``."""
    if scope.is_archived and permission not in WHILE_ARCHIVED:
        return False
    return permission in ALLOWED[scope.role]


def require(scope: Scope, permission: Permission) -> None:
    """Raise Forbidden unless the role in ``scope`` includes ``permission``."""
    if allows(scope, permission):
        return
    if permission in ALLOWED[scope.role]:
        raise Forbidden("This ledger is archived. Its owner can take it out of the archive.")
    raise Forbidden(f"Your role here is {scope.role}; it does not include this.")


def administers(actor: Actor) -> bool:
    """Whether somebody is an administrator of the instance."""
    return Permission.ADMINISTER in ALLOWED[actor.role]


def require_administrator(actor: Actor) -> None:
    """Raise NotFound for everybody else: they need not know that there is such a thing."""
    if not administers(actor):
        raise NotFound


def require_operator(actor: Actor | None) -> Trace:
    """Raise NotFound for all but administrators and the server itself, which is None.

    Whoever may run commands there runs the instance. Returns who is at work, for the log.
    """
    if actor is None:
        return NOBODY
    require_administrator(actor)
    return actor.trace


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


PUBLIC = "public"
SIGNED_IN = "signed_in"


def public(view: View) -> View:
    """Mark a route as open to everybody; every other one demands somebody."""
    return _opened(view, PUBLIC)


def signed_in(view: View) -> View:
    """Mark a route as open to everybody who is signed in: it is about what is theirs alone."""
    return _opened(view, SIGNED_IN)


def needs(permission: Permission) -> Callable[[View], View]:
    """Mark a route as open to those with a permission; its controller is what demands it."""
    return lambda view: _opened(view, permission)


def access_of(view: Callable[..., Any]) -> str | None:
    """Return who may use a route: PUBLIC, SIGNED_IN or a permission; None when it does not say."""
    access: str | None = getattr(view, "access", None)
    return access


def _opened(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
