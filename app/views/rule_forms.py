"""The form of a rule: conditions and actions as parts of several fields, of which one fits each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from babel.numbers import format_decimal
from werkzeug.datastructures import MultiDict

from app.models.rules import Rule
from app.models.transactions import Transaction
from app.schemas.base import Input
from app.schemas.rules import RuleInput
from app.views.amounts import Unclear, summed
from app.views.formatting import number_locale
from app.views.forms import INVALID_STATUS, Form

CONDITION_FIELDS = ("kind", "text", "amount", "account", "type", "date")
ACTION_FIELDS = ("kind", "category", "text", "notes")
SWITCHES = ("stop",)
FIRST_CONDITION, FIRST_ACTION = "text.contains", "set_category"

_OWN_FIELDS = {"amount", "account", "type", "date"}
_VALUE_OF_ACTION = {"set_category": "category", "set_notes": "notes"}


@dataclass(frozen=True)
class Part:
    """A condition or an action as its fields show it, in the shape of a form."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)


class RuleForm(Form):
    """A form of :class:`RuleInput`, whose parts have fields alike.

    A part is of a kind, such as ``payee.is`` or ``add_tag``, which says which field is its value.
    """

    def __init__(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        currency: str = "EUR",
        schema: Input | None = None,
    ) -> None:
        super().__init__(schema or RuleInput(), values, currency=currency)
        self.conditions: list[Part] = list((values or {}).get("conditions", ()))
        self.actions: list[Part] = list((values or {}).get("actions", ()))

    @property
    def shown_conditions(self) -> Sequence[Part]:
        """The conditions to fill in; an empty one where there is none."""
        return self.conditions or [Part({"condition_kind": FIRST_CONDITION})]

    @property
    def shown_actions(self) -> Sequence[Part]:
        """The actions to fill in; an empty one where there is none."""
        return self.actions or [Part({"action_kind": FIRST_ACTION})]

    def rearrange(self, source: MultiDict[str, str]) -> bool:
        """Show what was typed with a part more or less; False when nobody asked for that."""
        asked = {"add_condition", "remove_condition", "add_action", "remove_action"} & {*source}
        if not asked:
            return False
        self.load(source)
        self.errors, self.status = {}, 200
        for prefix, first in (("condition", FIRST_CONDITION), ("action", FIRST_ACTION)):
            parts = _typed_parts(prefix, source, keep_empty=True)
            _take_out(parts, source.get(f"remove_{prefix}", ""))
            if f"add_{prefix}" in asked:
                parts.append({"kind": first})
            setattr(self, f"{prefix}s", [_shown(prefix, part) for part in parts])
        return True

    def _gather(self, raw: dict[str, Any], source: MultiDict[str, str]) -> None:
        for name in SWITCHES:
            self.values[name] = raw[name] = name in source
        conditions, actions = _typed_parts("condition", source), _typed_parts("action", source)
        self.conditions = [_shown("condition", part) for part in conditions]
        self.actions = [_shown("action", part) for part in actions]
        raw["conditions"] = [self._condition(n, part) for n, part in enumerate(conditions)]
        raw["actions"] = [_action(part) for part in actions]

    def _condition(self, number: int, part: dict[str, str]) -> dict[str, Any]:
        name, _, operator = part["kind"].partition(".")
        value = part[_value_field("condition", part["kind"])]
        if name == "amount":
            value = self._read_amount(number, value)
        return {"field": name, "operator": operator, "value": value}

    def _read_amount(self, number: int, text: str) -> str:
        try:
            return summed(text, number_locale(), self._currency)
        except Unclear as error:
            faults = {**self.errors, f"conditions.{number}.value": [str(error)]}
            self.errors, self.status = faults, INVALID_STATUS
            return "0"

    def _refuse(self, errors: dict[str, list[str]], status: int) -> None:
        """Put the faults of parts beside them, and on top with which part each is of."""
        told: dict[str, list[str]] = {}
        for name, messages in errors.items():
            group, _, rest = name.partition(".")
            number = rest.partition(".")[0]
            if group in {"conditions", "actions"} and number.isdigit():
                label = f"{group[:-1].capitalize()} {int(number) + 1}"
                told.setdefault(group, []).extend(f"{label}: {one}" for one in messages)
                self._blame(group, int(number), rest.partition(".")[2], messages)
            else:
                told.setdefault(name, []).extend(messages)
        super()._refuse(told, status)

    def _blame(self, group: str, number: int, name: str, messages: list[str]) -> None:
        parts: list[Part] = getattr(self, group)
        if number >= len(parts):
            return
        prefix = group[:-1]
        values = parts[number].values
        kind = values[f"{prefix}_kind"] if name == "value" else ""
        field_name = f"{prefix}_{_value_field(prefix, kind) if name == 'value' else 'kind'}"
        told = [*parts[number].errors.get(field_name, []), *messages]
        parts[number] = Part(values, {**parts[number].errors, field_name: told})


def values_of(rule: Rule) -> dict[str, Any]:
    """Return a rule as its form shows it."""
    return {
        "name": rule.name,
        "match": rule.match,
        "stop": rule.stop,
        "conditions": [_shown("condition", _typed_condition(one)) for one in rule.conditions],
        "actions": [_shown("action", _typed_action(one)) for one in rule.actions],
    }


def values_like(row: Transaction) -> dict[str, Any]:
    """Return the form of a rule that makes of rows like this one what this one is."""
    by = ("payee", row.payee) if row.payee else ("description", row.description)
    conditions = [{"kind": f"{by[0]}.is" if by[1] else FIRST_CONDITION, "text": by[1][:200]}]
    actions = [{"kind": "add_tag", "text": tag} for tag in row.tags]
    if row.category_id:
        actions.insert(0, {"kind": "set_category", "category": str(row.category_id)})
    return {
        "name": (row.payee or row.description)[:100],
        "conditions": [_shown("condition", part) for part in conditions],
        "actions": [_shown("action", part) for part in actions],
    }


def local_number(text: str) -> str:
    """Write a plain decimal the way the person types it: "3.4" is 3.40."""
    number = Decimal(text)
    return format_decimal(
        number,
        format="0" if number == number.to_integral_value() else "0.00",
        locale=number_locale(),
        decimal_quantization=False,
        group_separator=False,
    )


def _typed_condition(said: Mapping[str, Any]) -> dict[str, str]:
    name = said["field"] if said["field"] in _OWN_FIELDS else "text"
    value = local_number(said["value"]) if name == "amount" else str(said["value"])
    return {"kind": f"{said['field']}.{said['operator']}", name: value}


def _typed_action(said: Mapping[str, Any]) -> dict[str, str]:
    name = _VALUE_OF_ACTION.get(said["action"], "text")
    return {"kind": said["action"], name: str(said["value"])}


def _action(part: dict[str, str]) -> dict[str, Any]:
    return {"action": part["kind"], "value": part[_value_field("action", part["kind"])]}


def _value_field(prefix: str, kind: str) -> str:
    """Return which field of a part is its value."""
    if prefix == "action":
        return _VALUE_OF_ACTION.get(kind, "text")
    name = kind.partition(".")[0]
    return name if name in _OWN_FIELDS else "text"


def _shown(prefix: str, part: Mapping[str, str]) -> Part:
    return Part({f"{prefix}_{name}": value for name, value in part.items()})


def _typed_parts(
    prefix: str, source: MultiDict[str, str], *, keep_empty: bool = False
) -> list[dict[str, str]]:
    """Return the parts of a form, without those that say nothing."""
    names = CONDITION_FIELDS if prefix == "condition" else ACTION_FIELDS
    columns = (source.getlist(f"{prefix}_{name}") for name in names)
    rows = zip_longest(*columns, fillvalue="")
    parts = [dict(zip(names, (text.strip() for text in row), strict=True)) for row in rows]
    return [part for part in parts if keep_empty or _says_something(prefix, part)]


def _says_something(prefix: str, part: dict[str, str]) -> bool:
    return bool(part["kind"] and part[_value_field(prefix, part["kind"])])


def _take_out(parts: list[dict[str, str]], number: str) -> None:
    if number.isascii() and number.isdigit() and len(number) < 4 and int(number) <= len(parts):
        del parts[int(number) - 1 : int(number)]
