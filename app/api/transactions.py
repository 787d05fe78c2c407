"""Transactions, and expenses: the same resource with its type fixed."""

from functools import partial
from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import (
    expected_version,
    json_response,
    page_response,
    tag_of,
    tagged_response,
)
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent
from app.controllers import activities, transactions
from app.core.errors import NotFound, Stale
from app.models.transactions import Transaction
from app.policies import Permission, needs
from app.schemas.activities import (
    ActivityPageSchema,
    ActivitySchema,
    HistoryQuery,
    RestoreInput,
)
from app.schemas.base import Input, LedgerQuery
from app.schemas.transactions import (
    BatchInput,
    BatchSchema,
    ExpenseInput,
    MeantQuery,
    TransactionInput,
    TransactionPageSchema,
    TransactionQuery,
    TransactionSchema,
    WrittenTransactionSchema,
)

transactions_blp = Blueprint(
    "api_transactions", __name__, url_prefix="/api/transactions", description="Rows of money"
)
expenses_blp = Blueprint(
    "api_expenses", __name__, url_prefix="/api/expenses", description="Transactions of type expense"
)


def _add_routes(blp: Blueprint, schema: type[Input], kind: str | None) -> None:
    """Give ``blp`` the routes of the resource, narrowed to one ``kind`` where that is set."""
    fixed: dict[str, Any] = {"type": kind} if kind else {}

    @blp.route("", methods=["GET"])
    @needs(Permission.SEE)
    @blp.arguments(TransactionQuery, location="query")
    @blp.response(200, TransactionPageSchema)
    @revisioned
    def index(query: dict[str, Any]) -> Response:
        """List rows, newest first unless ``sort`` says otherwise."""
        if kind:
            query["filters"] = query["filters"].narrowed(type=kind)
        return page_response(transactions.list_page(actor(), **query))

    @blp.route("", methods=["POST"])
    @needs(Permission.EDIT)
    @idempotent
    @blp.arguments(schema)
    @blp.arguments(LedgerQuery, location="query")
    @blp.item(WrittenTransactionSchema, 201)
    def create(data: dict[str, Any], query: dict[str, Any]) -> Transaction:
        """Add a row."""
        return transactions.create(actor(), **query, **data, **fixed)

    @blp.route("/<id:transaction_id>", methods=["GET"])
    @needs(Permission.SEE)
    @blp.item(TransactionSchema)
    def show(transaction_id: int) -> Transaction:
        """Get a row."""
        return _shown(transaction_id, kind)

    @blp.route("/<id:transaction_id>", methods=["PUT"])
    @needs(Permission.EDIT)
    @blp.arguments(schema)
    @blp.arguments(MeantQuery, location="query")
    @blp.item(WrittenTransactionSchema)
    def replace(data: dict[str, Any], query: dict[str, Any], transaction_id: int) -> Transaction:
        """Change a row, naming at least what is required of a new one."""
        return _updated(transaction_id, kind, data | query)

    @blp.route("/<id:transaction_id>", methods=["PATCH"])
    @needs(Permission.EDIT)
    @blp.arguments(schema(partial=True))
    @blp.arguments(MeantQuery, location="query")
    @blp.item(WrittenTransactionSchema)
    def update(data: dict[str, Any], query: dict[str, Any], transaction_id: int) -> Transaction:
        """Change what is named of a row; a reconciled one only with ``allow_reconciled``."""
        return _updated(transaction_id, kind, data | query)

    @blp.route("/<id:transaction_id>", methods=["DELETE"])
    @needs(Permission.EDIT)
    @blp.arguments(MeantQuery, location="query")
    @blp.empty
    def delete(query: dict[str, Any], transaction_id: int) -> None:
        """Delete a row; a reconciled one only with ``allow_reconciled``."""
        version = _expected(transaction_id, kind)
        transactions.delete(actor(), transaction_id, version=version, **query)


@transactions_blp.route("/bulk", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@transactions_blp.arguments(BatchInput)
@transactions_blp.arguments(LedgerQuery, location="query")
@transactions_blp.response(200, BatchSchema)
def bulk(data: dict[str, Any], query: dict[str, Any]) -> Response:
    """Add, change and delete up to 500 rows of a ledger, all of them or none.

    Errors name their place, such as ``create.3.amount``. Reconciled rows only change with
    ``allow_reconciled``; ``if_match`` is the entity tag a row has to have still.
    """
    for part in ("update", "delete"):
        for number, item in enumerate(data[part]):
            _expect(item, f"{part}.{number}.if_match")
    done = transactions.write_batch(actor(), **query, **data)
    tagged = {"created": done.created, "updated": done.updated}
    rows = {name: [_tagged(row) for row in some] for name, some in tagged.items()}
    return json_response({**rows, "deleted": done.deleted})


def _expect(item: dict[str, Any], place: str) -> None:
    """Put the version that an item's entity tag stands for in its place. Stale when it is old."""
    tag = item.pop("if_match", "").strip('"')
    if not tag:
        return
    try:
        row = transactions.show(actor(), item["id"])
    except NotFound:  # which is said of it with the rest
        return
    if tag_of(TransactionSchema().dump(row)) != tag:
        raise Stale(errors={place: [Stale.detail]})
    item["version"] = row.version


def _tagged(row: Transaction) -> dict[str, Any]:
    body: dict[str, Any] = TransactionSchema().dump(row)
    return {**body, "etag": f'"{tag_of(body)}"'}


def _shown(transaction_id: int, kind: str | None) -> Transaction:
    row = transactions.show(actor(), transaction_id)
    if kind and row.kind != kind:
        raise NotFound
    return row


def _expected(transaction_id: int, kind: str | None) -> int | None:
    show = partial(_shown, transaction_id, kind)
    if kind:
        show()
    return expected_version(TransactionSchema(), show)


def _updated(transaction_id: int, kind: str | None, data: dict[str, Any]) -> Transaction:
    version = _expected(transaction_id, kind)
    return transactions.update(actor(), transaction_id, version=version, **data)


@transactions_blp.route("/<id:transaction_id>/history", methods=["GET"])
@needs(Permission.SEE)
@transactions_blp.arguments(HistoryQuery(exclude=("ledger_id",)), location="query")
@transactions_blp.response(200, ActivityPageSchema)
def history(query: dict[str, Any], transaction_id: int) -> Response:
    """List what was done to a row, newest first; of a deleted one, too."""
    page = activities.list_of_transaction(actor(), transaction_id, **query)
    return page_response(page, ActivitySchema())


@transactions_blp.route("/<id:transaction_id>/duplicate", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@transactions_blp.response(201, WrittenTransactionSchema)
def duplicate(transaction_id: int) -> Response:
    """Add a row like this one, dated today."""
    copy = transactions.duplicate(actor(), transaction_id)
    response = tagged_response(WrittenTransactionSchema().dump(copy), 201)
    response.headers["Location"] = f"/api/transactions/{copy.id}"
    return response


@transactions_blp.route("/<id:transaction_id>/restore", methods=["POST"])
@needs(Permission.EDIT)
@transactions_blp.arguments(RestoreInput)
@transactions_blp.arguments(MeantQuery, location="query")
@transactions_blp.item(WrittenTransactionSchema)
def restore(data: dict[str, Any], query: dict[str, Any], transaction_id: int) -> Transaction:
    """Make a row what it was ``before`` or ``after`` a line of its history.

    A deleted row comes back under its old id. Without a ``state`` the row is as it became with
    that line; where that line deleted it, as it was before. A reconciled row changes only with
    ``allow_reconciled``.
    """
    try:
        version = _expected(transaction_id, None)
    except NotFound:  # deleted, so it is not what If-Match says
        raise Stale from None
    return transactions.restore(actor(), transaction_id, version=version, **data, **query)


_add_routes(transactions_blp, TransactionInput, None)
_add_routes(expenses_blp, ExpenseInput, "expense")
BLUEPRINTS = (transactions_blp, expenses_blp)
