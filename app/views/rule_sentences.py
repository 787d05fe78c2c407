"""Rules as plain sentences, with names, amounts and dates as their reader writes them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from app.models.rules import Rule
from app.views.books import Books
from app.views.formatting import full_date
from app.views.rule_forms import local_number

FIELDS = {
    "text": "any text",
    "description": "the description",
    "payee": "the payee",
    "notes": "the notes",
    "amount": "the amount",
    "date": "the date",
}
OPERATORS = {
    "contains": "has",
    "is": "is",
    "starts_with": "starts with",
    "matches": "matches the pattern",
    "at_least": "is at least",
    "at_most": "is at most",
    "from": "is not before",
    "until": "is not after",
}
TYPES = {"expense": "money goes out", "income": "money comes in", "transfer": "it is a transfer"}

CONDITION_CHOICES: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    *(
        (
            title,
            [
                (f"{name}.contains", f"{title} has"),
                (f"{name}.is", f"{title} is"),
                (f"{name}.starts_with", f"{title} starts with"),
                (f"{name}.matches", f"{title} matches a pattern"),
            ],
        )
        for name, title in (
            ("text", "Any text"),
            ("description", "Description"),
            ("payee", "Payee"),
            ("notes", "Notes"),
        )
    ),
    (
        "Amount",
        [
            ("amount.is", "Amount is"),
            ("amount.at_least", "Amount is at least"),
            ("amount.at_most", "Amount is at most"),
        ],
    ),
    (
        "Others",
        [
            ("account.is", "Account is"),
            ("type.is", "Which way is"),
            ("date.from", "Date is not before"),
            ("date.until", "Date is not after"),
        ],
    ),
)
"""What a condition can look at, in groups, as options of a field."""

ACTION_CHOICES = (
    ("set_category", "Set the category"),
    ("set_payee", "Set the payee"),
    ("add_tag", "Add a tag"),
    ("remove_tag", "Take off a tag"),
    ("set_notes", "Set the notes"),
)
_LONGEST = 80


def sentence(rule: Rule, books: Books) -> str:
    """Return what a rule does: "If the payee is “Rewe”: set the category to Groceries."."""
    together = " and " if rule.match == "all" else ", or "
    conditions = together.join(_condition(one, books) for one in rule.conditions)
    actions = _listed([_action(one, books) for one in rule.actions])
    last = " Rules below leave such rows alone." if rule.stop else ""
    return f"If {conditions}: {actions}.{last}"


def _condition(said: Mapping[str, Any], books: Books) -> str:
    name, value = said["field"], said["value"]
    if name == "type":
        return TYPES[value]
    if name == "account":
        account = books.accounts.get(value)
        return f"the account is {account.name if account else 'one that is gone'}"
    return f"{FIELDS[name]} {OPERATORS[said['operator']]} {_value(name, value)}"


def _value(name: str, value: Any) -> str:
    if name == "amount":
        return local_number(value)
    return full_date(dt.date.fromisoformat(value)) if name == "date" else _quoted(value)


def _action(said: Mapping[str, Any], books: Books) -> str:
    name, value = said["action"], said["value"]
    if name == "set_category":
        category = books.categories.get(value)
        return f"set the category to {category.name if category else 'one that is gone'}"
    if name in {"add_tag", "remove_tag"}:
        return f"{'add' if name == 'add_tag' else 'take off'} the tag #{value}"
    what = name.removeprefix("set_")
    return f"set the {what} to {_quoted(value)}" if value else f"empty the {what}"


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}”"


def _listed(parts: Sequence[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
