"""Batches of rows: added, changed and deleted as one, all of them or none."""

from typing import Any

import pytest

from app.core.uow import unit_of_work
from app.models.base import session
from app.models.transactions import Transaction
from app.services import transactions, verification
from tests.factories.callers import Api, Body, problem, refused
from tests.factories.fixtures import Caller
from tests.factories.sharing import share

PATH = "/transactions/bulk"
NEW = {"type": "expense", "amount": "1"}


def _bulk(api: Api, **body: Any) -> Body:
    response = api.post(PATH, body)
    assert response.status_code == 200, response.text
    return dict(response.get_json())


def _differences(api: Api) -> list[str]:
    with api.app.app_context():
        return [str(one) for one in verification.find_differences()]


def _trace(api: Api) -> list[str]:
    kinds = [line["kind"] for line in api.read("/user/activity")["items"]]
    return [kind for kind in kinds if kind.startswith("transaction.")]


def test_rows_are_added_changed_and_deleted_together(api: Api) -> None:
    food = api.starter("Groceries")
    kept, gone, other = (api.spend(amount, tags=["old"]) for amount in ("1", "2", "3"))
    new = [
        {"type": "income", "amount": "100", "payee": "Ada"},
        {
            "type": "expense", "amount": "5", "tags": ["x"],
            "splits": [{"amount": "2", "category_id": food}, {"amount": "3"}],
        },
    ]  # fmt: skip
    change = {"id": kept["id"], "amount": "1.50", "category_id": food}
    done = _bulk(api, create=new, update=[change], delete=[gone["id"], {"id": other["id"]}])
    assert [row["amount"] for row in done["created"]] == ["100.00", "5.00"]
    assert done["created"][1]["splits"][0]["amount"] == "2.00"
    assert (done["updated"][0]["amount"], done["updated"][0]["tags"]) == ("1.50", ["old"])
    assert done["deleted"] == [gone["id"], other["id"]]
    assert api.balance() == "93.50"
    assert sorted(_trace(api))[:2] == ["transaction.created", "transaction.created"]
    assert _trace(api)[:5].count("transaction.deleted") == 2
    assert api.get(f"/transactions/{gone['id']}").status_code == 404
    row = api.get(f"/transactions/{kept['id']}")
    assert row.headers["ETag"] == done["updated"][0]["etag"]
    assert _differences(api) == []


def test_faults_name_their_place_and_nothing_is_done(api: Api, other: Api) -> None:
    mine, theirs = api.spend("1"), other.spend("1")
    told = refused(
        api.post(
            PATH,
            {
                "create": [
                    {"type": "expense", "amount": "7"},
                    {"type": "expense", "amount": "7", "category_id": other.starter("Food")},
                    {"type": "expense", "amount": "1.234"},
                    {"type": "expense", "amount": "1", "date": "2199-01-01"},
                ],
                "update": [{"id": theirs["id"], "amount": "9"}, {"id": 10**9, "amount": "9"}],
                "delete": [mine["id"], 10**9 + 1],
            },
        ),
        "create.1.category_id", "create.2.amount", "create.3.date", "update.0.id", "update.1.id",
        "delete.1.id",
    )  # fmt: skip
    assert told["errors"]["update.0.id"] == told["errors"]["update.1.id"]
    assert [row["id"] for row in api.rows()] == [mine["id"]]
    assert (len(_trace(api)), other.balance(), _differences(api)) == (1, "-1.00", [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["_schema"]),
        ({"create": []}, ["_schema"]),
        ({"create": [{"type": "expense", "amount": "1"}] * 501}, ["_schema"]),
        ({"delete": [1, {"id": 1}], "update": [{"id": 1}]}, ["delete.0.id", "delete.1.id"]),
        ({"update": [{"amount": "1"}], "delete": [None]}, ["update.0.id", "delete.0.id"]),
        ({"create": [{}, 7]}, ["create.0.amount", "create.0.type", "create.1._schema"]),
        ({"create": "all"}, ["create"]),
        ({"update": [{"id": 1, "splits": [{}]}]}, ["update.0.splits.0.amount"]),
        ({"create": [{"type": "expense", "amount": "1", "id": 3}]}, ["create.0.id"]),
    ],
)
def test_what_is_no_batch(api: Api, body: Body, fields: list[str]) -> None:
    refused(api.post(PATH, body), *fields)
    assert api.rows() == []


def test_reconciled_and_stale_rows_stay_unless_that_is_meant(api: Api) -> None:
    row, settled = api.spend("1", state="cleared"), api.spend("2", state="cleared")
    tag = api.get(f"/transactions/{row['id']}").headers["ETag"]
    fresh = [{"id": row["id"], "amount": "3", "if_match": tag}]
    again = _bulk(api, update=fresh)["updated"][0]["etag"]
    told = problem(412, api.post(PATH, {"create": [NEW], "update": fresh}))
    assert list(told["errors"]) == ["update.0.if_match"]
    with api.app.app_context(), unit_of_work():
        transactions.amend(session.get_one(Transaction, settled["id"]), state="reconciled")
    told = problem(409, api.post(PATH, {"delete": [settled["id"]]}))
    assert (list(told["errors"]), told["code"]) == (["delete.0"], "reconciled")
    both = [settled["id"], {"id": row["id"], "if_match": again}]
    assert _bulk(api, delete=both, allow_reconciled=True)["deleted"] == [settled["id"], row["id"]]


def test_a_batch_sent_twice_is_done_once_and_viewers_may_not(caller: Caller) -> None:
    home = share(caller)
    path, key = f"{PATH}?ledger_id={home.id}", {"Idempotency-Key": "once"}
    account = home.owner.read("/accounts", ledger_id=home.id)["items"]
    body = {"create": [NEW | {"account_id": account[0]["id"]}]}
    assert problem(403, home.viewer.post(path, body))
    assert problem(404, home.stranger.post(path, body))
    first, second = (home.editor.post(path, body, headers=key).get_json() for _ in range(2))
    assert (first, len(home.viewer.rows(ledger_id=home.id))) == (second, 1)
    again = home.editor.post(path, {"delete": [first["created"][0]["id"]]}, headers=key)
    assert list(problem(422, again)["errors"]) == ["Idempotency-Key"]
    # Not in their own ledger, which is meant without a name.
    refused(home.editor.post(PATH, {"delete": [first["created"][0]["id"]]}), "delete.0.id")
