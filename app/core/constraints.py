"""From a broken database constraint to the error a person understands.

A constraint or unique index says what its breach means in its ``info``:
``{"field": "email", "message": "…"}``. PostgreSQL names the constraint; SQLite names the columns
of a unique one, and the name of a CHECK.
"""

import re

from sqlalchemy import Constraint, Index, MetaData
from sqlalchemy.exc import IntegrityError

from app.core.errors import Conflict, Invalid, OutlayError

_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")
_metadata: list[MetaData] = []

Rule = Constraint | Index


def register(metadata: MetaData) -> None:
    """Say which tables' constraints are known."""
    _metadata[:] = [metadata]


def error_for(error: IntegrityError) -> OutlayError:
    """Return the domain error for a broken constraint."""
    rule = _broken_rule(error)
    info = rule.info if rule is not None else {}
    if "field" not in info:
        return Conflict(info.get("message"))
    errors = {info["field"]: [info["message"]]}
    return (
        Invalid(errors=errors) if info.get("invalid") else Conflict(info["message"], errors=errors)
    )


def _broken_rule(error: IntegrityError) -> Rule | None:
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return _by_name(diagnosis.constraint_name)
    message = str(error.orig)
    if match := _CHECK.search(message):
        return _by_name(match["name"])
    if match := _UNIQUE.search(message):
        return _by_columns(tuple(match["columns"].split(", ")))
    return None


def _rules() -> list[Rule]:
    tables = _metadata[0].tables.values()
    rules: list[Rule] = []
    for table in tables:
        rules += [*table.constraints, *table.indexes]
    return rules


def _by_name(name: str | None) -> Rule | None:
    return next((rule for rule in _rules() if rule.name == name), None)


def _by_columns(columns: tuple[str, ...]) -> Rule | None:
    return next((rule for rule in _rules() if _columns(rule) == columns), None)


def _columns(rule: Rule) -> tuple[str, ...]:
    if isinstance(rule, Index) and not rule.unique:
        return ()
    if rule.__class__.__name__ not in {"Index", "UniqueConstraint", "PrimaryKeyConstraint"}:
        return ()
    return tuple(f"{column.table.name}.{column.name}" for column in rule.columns)  # type: ignore[union-attr]
