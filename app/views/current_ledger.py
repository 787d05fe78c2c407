"""Which ledger a page is about: its address says so, once a person has more than one.

An address, not the session: two windows may show two ledgers, and a form that was opened in one
of them is posted to that one. A page about one row is about that row's ledger.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, current_app, g, request, session, url_for
from werkzeug.routing import BuildError

from app.controllers import ledgers
from app.core.errors import NotFound
from app.models.ledgers import LedgerScope
from app.models.users import Actor
from app.policies import Permission, access_of, require

PARAMETER = "ledger_id"
_LAST = "last_ledger_id"
_ABOUT: set[str] = set()
_START = "months.index"


def init_app(app: Flask) -> None:
    """Give templates ``ledger_to_name()`` and ``address_in()``."""
    app.add_template_global(ledger_to_name)
    app.add_template_global(address_in)


def about(blp: Blueprint) -> Blueprint:
    """Let the addresses of a blueprint's pages say which ledger they are about."""
    _ABOUT.add(blp.name)
    blp.url_defaults(_name_ledger)
    return blp


def choose(actor: Actor) -> Actor:
    """Return the actor with the ledger that the address names; without a name it is their own.

    The start page, and pages about no ledger, have the one looked at last around them. NotFound
    for a ledger they may not see, Forbidden where their role in it is not enough for the page.
    """
    g.actor, g.ledgers = actor, ledgers.list_all(actor)
    named = request.args.get(PARAMETER)
    if named is not None:
        _enter(named)
    elif request.endpoint == _START or request.blueprint not in _ABOUT:
        _return_to_last()
    if not _named_ids():
        _demand()
    chosen: Actor = g.actor
    return chosen


def within(row: Any) -> Any:
    """Let the rest of the page be about the ledger of the row it shows; returns the row.

    Forbidden where the person's role in that ledger is not enough for the page.
    """
    inside(row.ledger_id)
    return row


def inside(ledger_id: int) -> None:
    """Let the page be about the ledger that its path names. NotFound when they may not see it."""
    _enter(ledger_id)
    _demand()


def ledger_to_name() -> int | None:
    """Return the id that a page's forms and links have to name; None where there is one ledger."""
    several = len(g.get("ledgers", ())) > 1
    return g.actor.ledger.id if several else None


def address_in(ledger_id: int) -> str:
    """Return where the present section is in another ledger; its month where that is unsure."""
    for endpoint, values in _sections():
        try:
            return url_for(endpoint, **{**values, PARAMETER: ledger_id})
        except BuildError:
            continue
    return url_for(_START, ledger_id=ledger_id)


def _sections() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the endpoints to try: the same page where no row is shown, else the section's list."""
    values = request.view_args or {}
    if request.blueprint in _ABOUT or (PARAMETER in values and request.blueprint != "ledgers"):
        if request.method == "GET" and not _named_ids() - {PARAMETER}:
            yield str(request.endpoint), values
        yield f"{request.blueprint}.index", {}


def _named_ids() -> set[str]:
    """Return which rows the present path names."""
    return {name for name in request.view_args or {} if name.endswith("_id")}


def _enter(ledger_id: object) -> None:
    found = _find(ledger_id)
    if found is None:
        raise NotFound
    g.actor = replace(g.actor, ledger=found)
    if session.get(_LAST) != found.id:
        session[_LAST] = found.id


def _return_to_last() -> None:
    last = _find(session.get(_LAST))
    if last and not last.is_archived:
        g.actor = replace(g.actor, ledger=last)


def _demand() -> None:
    """Refuse who may not use the page in its ledger; its controller would, but shows it first."""
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view) if view else None
    if isinstance(access, Permission) and access != Permission.ADMINISTER:
        require(g.actor.ledger, access)


def _find(ledger_id: object) -> LedgerScope | None:
    return next((one for one in g.ledgers if str(one.id) == str(ledger_id)), None)


def _name_ledger(_endpoint: str, values: dict[str, Any]) -> None:
    named = ledger_to_name()
    if named is not None:
        values.setdefault(PARAMETER, named)
