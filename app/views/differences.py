"""What became of a row, in words: from what to what each of its fields changed.

Everything that people typed is escaped where it is put into a sentence.
"""

import datetime as dt
from typing import Any

from markupsafe import Markup

from app.models.activities import MONEY_FIELDS, Entry
from app.views.formatting import full_date, money

_FIELDS = {
    "type": "which way it went",
    "date": "the date",
    "amount": "the amount",
    "currency": "the currency",
    "description": "the description",
    "payee": "the payee",
    "notes": "the notes",
    "account": "the account",
    "to_account": "the account it went to",
    "to_amount": "what arrived",
    "category": "the category",
    "tags": "the tags",
    "splits": "the lines",
    "state": "whether it is cleared",
    "to_state": "whether it is cleared there",
    "refund_of_id": "what it refunds",
    "name": "the name",
    "opening_balance": "the opening balance",
    "opening_date": "the day of the opening balance",
    "group": "the group",
    "archived": "whether it is in use",
    "suggests": "whether a category is suggested",
    "parent": "what it is below",
    "color": "the colour",
    "icon": "the icon",
}
_WORDS = {
    "type": {"expense": "money out", "income": "money in", "transfer": "a transfer"},
    "state": {"open": "open"},
    "to_state": {"open": "open"},
    "suggests": {True: "suggested", False: "not suggested"},
    "archived": {True: "archived", False: "in use"},
}
_NAMES_OF = {
    "account": "account_id",
    "to_account": "to_account_id",
    "category": "category_id",
    "parent": "parent_id",
}
_UNNAMED = {"transaction": "a transaction", "import": "a file that is gone"}
LONGEST = 80


def row(entry: Entry) -> str:
    """Return what the row of a line is called."""
    name = entry.subject_name or _UNNAMED.get(entry.subject_type or "", "one without a name")
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}…"


def in_money(minor: int, currency: str) -> Markup:
    """Return an amount as its reader writes it."""
    return Markup('<span class="amount">{}</span>').format(money(minor, currency))


def changes(entry: Entry) -> Markup:
    """Return what differs: "the amount of Rewe from 12.00 to 13.00 and the date from …"."""
    named = [name for name in entry.changed if name in _FIELDS]
    named = [name for name in named if name != "currency" or "amount" not in named]
    if not named:
        return Markup("{}").format(row(entry))
    first, *others = named
    said = [Markup("{} of {}{}").format(_FIELDS[first], _row_before(entry), _moved(entry, first))]
    said += [Markup("{}{}").format(_FIELDS[name], _moved(entry, name)) for name in others]
    return Markup(", ").join(said[:-1]) + Markup(" and ") + said[-1] if others else said[0]


def _row_before(entry: Entry) -> str:
    before = entry.before or {}
    name = before.get("name") or before.get("description") or before.get("payee")
    return str(name)[:LONGEST] if name else row(entry)


def _moved(entry: Entry, name: str) -> Markup:
    if name in {"color", "icon"}:
        return Markup()
    before, after = _value(entry.before, name), _value(entry.after, name)
    return Markup(" from {} to {}").format(before, after)


def _value(values: Any, name: str) -> str | Markup:
    value = values.get(name)
    if name in MONEY_FIELDS:
        return "nothing" if value is None else in_money(value, values[MONEY_FIELDS[name]])
    if name == "tags":
        return ", ".join(value or ()) or "none"
    if name == "splits":
        amounts = [str(in_money(line["amount"], values["currency"])) for line in value or ()]
        return Markup(" + ").join(map(Markup, amounts)) or "none"
    if name == "refund_of_id":
        return "a purchase" if value else "nothing"
    if name in _NAMES_OF:
        return _reference(name, values.get(_NAMES_OF[name]), value)
    if name in {"date", "opening_date"}:
        return full_date(dt.date.fromisoformat(value)) if value else "none"
    if name in _WORDS:
        return _WORDS[name].get(value, str(value))  # type: ignore[attr-defined, no-any-return]
    text = str(value or "")
    return f"“{text[:LONGEST]}”" if text else "nothing"


def _reference(name: str, row_id: int | None, called: str | None) -> str:
    noun = {"parent": "category", "to_account": "account"}.get(name, name)
    if row_id is None:
        return "the top" if name == "parent" else f"no {noun}"
    return called or f"a deleted {noun}"
