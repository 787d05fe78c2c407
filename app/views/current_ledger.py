"""Which ledger a page is about: its address says so, once a person has more than one.

An address, not the session: two windows may show two ledgers, and a form that was opened in one
of them is posted to that one.
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, g, request, session

from app.controllers import ledgers
from app.core.errors import NotFound
from app.models.ledgers import LedgerScope
from app.models.users import Actor

PARAMETER = "ledger_id"
_LAST = "last_ledger_id"


def about(blp: Blueprint) -> Blueprint:
    """Let the addresses of a blueprint's pages say which ledger they are about."""
    blp.url_defaults(_name_ledger)
    return blp


def choose(actor: Actor) -> Actor:
    """Return the actor with the ledger that the address names; without a name it is their own.

    The start page is about the one looked at last. NotFound for a ledger they may not see.
    """
    g.ledgers = ledgers.list_all(actor)
    named = request.args.get(PARAMETER)
    if named is None:
        return _with_last(actor) if request.path == "/" else actor
    found = _find(named)
    if found is None:
        raise NotFound
    if session.get(_LAST) != found.id:
        session[_LAST] = found.id
    return replace(actor, ledger=found)


def within(row: Any) -> Any:
    """Let the rest of the page be about the ledger of the row it shows; returns the row."""
    found = _find(row.ledger_id)
    if found is not None and found.id != g.actor.ledger.id:
        g.actor = replace(g.actor, ledger=found)
    return row


def _with_last(actor: Actor) -> Actor:
    last = _find(session.get(_LAST))
    return replace(actor, ledger=last) if last and not last.is_archived else actor


def _find(ledger_id: object) -> LedgerScope | None:
    return next((one for one in g.ledgers if str(one.id) == str(ledger_id)), None)


def _name_ledger(_endpoint: str, values: dict[str, Any]) -> None:
    if len(g.get("ledgers", ())) > 1:
        values.setdefault(PARAMETER, g.actor.ledger.id)
