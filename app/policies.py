"""Who may what: one table, read by pages, the API and jobs alike."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from app.core.errors import Forbidden

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


def public(view: View) -> View:
    """Mark a route as open to people who are not signed in; every other one demands it."""
    view.is_public = True  # type: ignore[attr-defined]
    return view
