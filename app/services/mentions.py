"""Mentions: where rules and saved filters name a category, a payee or a tag."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.models.base import session
from app.models.rules import Rule
from app.models.saved_filters import SavedFilter
from app.models.tags import tag_key

_ACTIONS = {"category": "set_category", "payee": "set_payee", "tag": "add_tag"}
_FILTERS = {"category": "category_id", "payee": "payee", "tag": "tag"}


@dataclass(frozen=True, slots=True)
class Mentions:
    """The ids of the rules and saved filters that name a thing."""

    rules: list[int] = field(default_factory=list)
    filters: list[int] = field(default_factory=list)


def find_rules(ledger_id: int, noun: str, value: int | str) -> list[Rule]:
    """Return the rules with an action that gives rows the ``value`` of a noun."""
    rules = session.scalars(select(Rule).where(Rule.ledger_id == ledger_id))
    return [rule for rule in rules if any(_is_about(one, noun, value) for one in rule.actions)]


def replace(
    ledger_id: int,
    noun: str,
    old: int | str,
    new: int | str,
    *,
    only: Mentions | None = None,
) -> Mentions:
    """Let rules and saved filters name ``new`` instead of ``old``; returns which these were.

    With ``only``, no others than those.
    """
    found = Mentions()
    for rule in find_rules(ledger_id, noun, old):
        if only is None or rule.id in only.rules:
            rule.actions = [_renamed(one, noun, old, new) for one in rule.actions]
            found.rules.append(rule.id)
    name = _FILTERS[noun]
    for one in session.scalars(select(SavedFilter).where(SavedFilter.ledger_id == ledger_id)):
        is_meant = only is None or one.id in only.filters
        if is_meant and name in one.query and _same(noun, one.query[name], old):
            one.query = one.query | {name: type(one.query[name])(new)}
            found.filters.append(one.id)
    session.flush()
    return found


def kept(details: dict[str, Collection[int]]) -> Mentions:
    """Return the mentions that a line of the log kept among its ``details``."""
    return Mentions(list(details.get("rules", ())), list(details.get("filters", ())))


def _renamed(action: dict[str, Any], noun: str, old: int | str, new: int | str) -> dict[str, Any]:
    return action | {"value": new} if _is_about(action, noun, old) else action


def _is_about(action: dict[str, Any], noun: str, value: int | str) -> bool:
    return action["action"] == _ACTIONS[noun] and _same(noun, action["value"], value)


def _same(noun: str, one: Any, other: Any) -> bool:
    known = tag_key if noun == "tag" else str
    return known(str(one)) == known(str(other))
