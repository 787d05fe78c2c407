"""Rules of the house that no type checker and no import contract keeps."""

import ast
import importlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from marshmallow import Schema, fields

import app.controllers as controllers_package
from app.models import Base, db
from app.models.members import LEDGER_ROLES
from app.models.users import ROLES
from app.policies import ALLOWED, Permission
from app.schemas.accounts import AccountListSchema
from app.schemas.categories import CategoryListSchema
from app.schemas.imports import ImportPageSchema, ImportRowPageSchema, ImportSchema
from app.schemas.invitations import LedgerInvitationPageSchema
from app.schemas.ledgers import LedgerListSchema
from app.schemas.members import MemberListSchema
from app.schemas.reports import MonthlyReportSchema
from app.schemas.transactions import (
    TransactionPageSchema,
    TransactionSchema,
    WrittenTransactionSchema,
)
from tests.factories.callers import Api

ROOT = Path(controllers_package.__file__).resolve().parent.parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


# Permissions, jobs


def _demands(node: ast.AST) -> str | None:
    """Return the name of the permission that a call demands, if it is such a call."""
    if not isinstance(node, ast.Call):
        return None
    name = getattr(node.func, "id", "")
    if name == "require_administrator":
        return "ADMINISTER"
    if name != "require" or not isinstance(node.args[1], ast.Attribute):
        return None
    return node.args[1].attr


def test_every_permission_is_demanded_by_some_controller() -> None:
    demanded = {
        _demands(node)
        for path in (ROOT / "app" / "controllers").glob("*.py")
        for node in ast.walk(_tree(path))
    }
    assert demanded - {None} == set(Permission.__members__)


def test_every_role_says_what_it_may() -> None:
    assert set(ALLOWED) == {*LEDGER_ROLES, *ROLES}
    assert ALLOWED["owner"] == frozenset(Permission) - {Permission.ADMINISTER}
    assert Permission.EDIT not in ALLOWED["viewer"]
    assert ALLOWED["admin"] == {Permission.ADMINISTER}


def _jobs() -> list[tuple[str, str]]:
    """Every constant that names a job, with its module."""
    return [
        (_name(path), node.value.value)
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and any(getattr(target, "id", "").endswith("_JOB") for target in node.targets)
    ]


def test_every_job_resolves_to_a_function() -> None:
    jobs = _jobs()
    assert {name for _, name in jobs} >= {"app.jobs.imports.read", "app.jobs.imports.commit"}
    for where, name in jobs:
        module, _, function = name.rpartition(".")
        found = getattr(importlib.import_module(module), function, None)
        assert callable(found), (where, name)
        # Jobs carry ids only.
        hints = [one.annotation for one in inspect.signature(found).parameters.values()]
        assert all(hint is int for hint in hints), name


def _mail_kinds() -> set[str]:
    """Every kind of mail that some controller or service posts."""
    links = importlib.import_module("app.services.links")
    kinds = set(links.LIFETIMES)
    for path in MODULES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "post":
                given = [one.value for one in node.args if isinstance(one, ast.Constant)]
                kinds |= {kind for kind in given if isinstance(kind, str) and kind.isidentifier()}
    return kinds


def test_every_kind_of_mail_has_its_words_as_text_and_as_html() -> None:
    kinds = _mail_kinds()
    assert kinds >= {"verify_email", "password_reset", "password_changed", "tokens_reused"}
    folder = ROOT / "templates" / "mail"
    missing = [
        f"{kind}.{ending}"
        for kind in sorted(kinds)
        for ending in ("txt", "html")
        if not (folder / f"{kind}.{ending}").exists()
    ]
    assert missing == []


# Models, migrations


def test_money_is_never_a_float() -> None:
    inexact = [
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.Float | sa.Numeric)
    ]
    assert inexact == []


def test_no_relationship_loads_by_itself() -> None:
    lazy = [
        str(relationship)
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
        if relationship.lazy not in {"raise", "raise_on_sql", "selectin", "joined"}
    ]
    assert lazy == []


def test_every_foreign_key_of_a_row_in_a_ledger_stays_in_it() -> None:
    """A key to a table that has a ledger of its own includes the ledger."""
    tables = Base.metadata.tables
    in_ledgers = {"accounts", "categories"}
    loose = [
        str(key)
        for table in tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name in in_ledgers and "ledger_id" not in key.column_keys
    ]
    assert loose == []


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrations_lead_to_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        options = {"compare_type": True, "include_name": _is_described}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def _is_described(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether models describe it: all but indexes of words and of how texts begin."""
    searching = ("transaction_search", "ix_transactions_search", "ix_transactions_described")
    return not (kind in {"table", "index"} and name and name.startswith(searching))


def test_migrations_know_nothing_of_the_program() -> None:
    for path in (ROOT / "migrations").rglob("*.py"):
        for node in ast.walk(_tree(path)):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(name.split(".")[0] == "app" for name in names), path


# Who may do what in the code


def _calls(path: Path, method: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
    ]


@pytest.mark.parametrize("method", ["commit", "rollback"])
def test_only_the_unit_of_work_ends_transactions(method: str) -> None:
    def is_session(path: Path, line: int) -> bool:
        said = path.read_text(encoding="utf-8").splitlines()[line - 1]
        return f"session.{method}(" in said or f"connection.{method}(" in said

    found = {_name(p) for p in MODULES for line in _calls(p, method) if is_session(p, line)}
    assert found == {"app.core.uow"}


def test_time_comes_from_the_clock() -> None:
    tellers = {"now", "today", "utcnow"}
    found = {
        _name(path)
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in tellers
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in {"datetime", "date"}
    }
    assert found == {"app.core.clock"}


def test_every_module_says_what_it_is_for() -> None:
    silent = [_name(path) for path in MODULES if not ast.get_docstring(_tree(path))]
    assert silent == []


# What is declared and what is sent


def _keys(schema: Schema) -> dict[str, Any]:
    """The names that a schema declares, nested ones below them."""
    return {name: _below(field) for name, field in schema.dump_fields.items()}


def _below(field: fields.Field[Any]) -> Any:
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, fields.Nested) and inner.schema.__class__.__name__ not in RECURSIVE:
        return _keys(inner.schema)
    return None


RECURSIVE = {"CategoryNodeSchema", "CategoryLineSchema"}


def _sent(value: Any, declared: dict[str, Any]) -> None:
    """Hold the keys of an answer against those declared, however deep."""
    assert set(value) == set(declared), (sorted(value), sorted(declared))
    for name, below in declared.items():
        if below is None or value[name] is None:
            continue
        for one in value[name] if isinstance(value[name], list) else [value[name]]:
            _sent(one, below)


def _imported(api: Api) -> int:
    content = "date,description,amount,currency,category,account\n2026-01-02,Bread,-3.50,EUR,,\nx\n"
    return int(api.upload(content).get_json()["id"])


def test_answers_have_the_declared_shape(api: Api, work: Any) -> None:
    row = api.spend("1.00", date="2026-01-02", category_id=api.starter("Food"))
    import_id = _imported(api)
    api.add(f"/ledgers/{api.person.ledger_id}/invitations", role="viewer")
    work()
    answers: list[tuple[str, type[Schema]]] = [
        ("/transactions", TransactionPageSchema),
        ("/expenses", TransactionPageSchema),
        (f"/transactions/{row['id']}", TransactionSchema),
        ("/accounts", AccountListSchema),
        ("/ledgers", LedgerListSchema),
        (f"/ledgers/{api.person.ledger_id}/members", MemberListSchema),
        (f"/ledgers/{api.person.ledger_id}/invitations", LedgerInvitationPageSchema),
        ("/imports", ImportPageSchema),
        (f"/imports/{import_id}", ImportSchema),
        (f"/imports/{import_id}/rows", ImportRowPageSchema),
        ("/reports/monthly?year=2026&month=1", MonthlyReportSchema),
    ]
    for path, schema in answers:
        answer = api.get(path).get_json()
        assert answer.get("items", True), path
        _sent(answer, _keys(schema()))
    _sent(row, _keys(WrittenTransactionSchema()))


def test_a_tree_of_categories_has_the_declared_shape(api: Api) -> None:
    tree = api.read("/categories", tree=1)
    node = CategoryListSchema().dump_fields["items"]
    assert isinstance(node, fields.List)
    assert isinstance(node.inner, fields.Nested)
    declared = set(node.inner.schema.dump_fields)
    assert set(tree["items"][0]) == declared
    assert set(api.read("/categories")["items"][0]) == declared - {"children"}


def test_a_page_of_light_rows_says_the_same_as_the_schema(api: Api) -> None:
    """Lists leave without a pass over each field; what they say is the schema's all the same."""
    row = api.spend("1.00", date="2026-01-02", notes="a\nb", payee="ü")
    listed = api.read("/transactions")["items"][0]
    assert json.dumps(listed, default=str) == json.dumps(
        {name: row[name] for name in listed}, default=str
    )
    assert listed == api.read(f"/transactions/{row['id']}")
