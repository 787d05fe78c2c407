"""Finding one row of a ledger: by its id, in any ledger the person may see."""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select

from app.core.errors import Invalid, NotFound
from app.models.accounts import Account
from app.models.base import session
from app.models.bulk_changes import BulkChange
from app.models.categories import Category
from app.models.imports import Import
from app.models.ledgers import Ledger, LedgerScope
from app.models.members import Member
from app.models.payees import Payee
from app.models.receipts import Receipt
from app.models.rules import Rule
from app.models.saved_filters import SavedFilter
from app.models.tags import Tag
from app.models.transactions import Transaction
from app.models.users import Actor
from app.services import ledgers, scopes

Row = TypeVar(
    "Row",
    Account,
    BulkChange,
    Category,
    Import,
    Payee,
    Receipt,
    Rule,
    SavedFilter,
    Tag,
    Transaction,
)


def find(model: type[Row], user_id: int, row_id: int) -> tuple[Row, LedgerScope]:
    """Return a row and its ledger as the person may see it. NotFound when they may not."""
    query = (
        select(model, *scopes.COLUMNS)
        .join(Ledger, Ledger.id == model.ledger_id)
        .join(Member, Member.ledger_id == Ledger.id)
        .where(model.id == row_id, Member.user_id == user_id, Ledger.deleted_at.is_(None))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], scopes.of_row(found)


def find_in_ledger(model: type[Row], ledger_id: int, row_id: int, field: str) -> Row:
    """Return the ledger's row that the input ``field`` names. Invalid when there is none."""
    row: Any = session.scalar(_in_ledger(model), {"ledger": ledger_id, "row": row_id})
    if row is None:
        raise Invalid(errors={field: ["There is no such one in this ledger."]})
    found: Row = row
    return found


@cache
def _in_ledger(model: type[Row]) -> Select[Any]:
    mine = (model.ledger_id == bindparam("ledger"), model.id == bindparam("row"))
    return select(model).where(*mine)


def find_ledger(actor: Actor, ledger_id: int | None) -> LedgerScope:
    """Return the ledger a request is about: the one it names, else the person's own."""
    if ledger_id is None or ledger_id == actor.ledger.id:
        return actor.ledger
    return ledgers.find(actor.id, ledger_id)
