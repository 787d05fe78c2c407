"""Categories learned from use, over the API and on pages."""

from flask import Flask
from sqlalchemy import literal, text

from app.models.base import session
from app.services import searching, suggestions
from tests.factories.callers import Api, Body, expect, refused


def _suggested(api: Api, **said: str) -> Body | None:
    answer = expect(200, api.get("/categories/suggestion", query_string=said))
    found: Body | None = answer["suggestion"]
    return found


def test_what_the_payees_rows_mostly_were_of_late(api: Api) -> None:
    food, fun = api.starter("Groceries"), api.starter("Leisure")
    api.earn("9", payee="Rewe", category_id=api.starter("Refunds"), date="2026-02-09")
    api.spend("1", payee="Rewe", category_id=fun, date="2026-02-08")
    for day in range(1, 21):
        api.spend("1", payee="Rewe", category_id=fun, date=f"2026-01-{day:02}")
        api.spend("1", payee="Rewe", category_id=food, date=f"2026-02-{day:02}")
    assert _suggested(api, payee="Rewe") == {
        "category_id": food, "reason": "payee", "count": 18,
    }  # fmt: skip
    assert _suggested(api, payee="Rewe", type="income") == {
        "category_id": api.starter("Refunds"), "reason": "payee", "count": 1,
    }  # fmt: skip
    assert _suggested(api, payee="Rewe", type="transfer") is None
    assert _suggested(api, payee="Aldi") is _suggested(api) is None


def test_descriptions_alike_whatever_their_case(api: Api) -> None:
    food = api.starter("Groceries")
    long = "Card payment at " + "x" * 50
    api.spend("1", description="Weekly Shop", category_id=food)
    api.spend("1", description=f"{long} 17", category_id=food)
    alike = {"category_id": food, "reason": "description", "count": 1}
    assert _suggested(api, description="weekly shop", payee="New one") == alike
    assert _suggested(api, description=f"{long.upper()} 18") == alike
    assert _suggested(api, description="weekly") is None


def test_no_archived_one_none_of_others_and_none_where_it_is_refused(api: Api, other: Api) -> None:
    food = api.starter("Groceries")
    api.spend("1", payee="Rewe", description="Milk", category_id=food)
    assert _suggested(other, payee="Rewe", description="Milk") is None
    payee = api.read("/payees")["items"][0]
    expect(200, api.patch(f"/payees/{payee['id']}", {"suggests": False}))
    assert _suggested(api, payee="Rewe", description="Milk") is None
    assert _suggested(api, description="Milk") is not None
    expect(200, api.patch(f"/payees/{payee['id']}", {"suggests": True}))
    assert _suggested(api, payee="Rewe") is not None
    expect(200, api.patch(f"/categories/{food}", {"archived": True}))
    assert _suggested(api, payee="Rewe", description="Milk") is None
    refused(api.get("/categories/suggestion", query_string={"type": "gift"}), "type")


def test_an_index_finds_what_is_alike(app: Flask, api: Api) -> None:
    api.spend("1", description="Milk", category_id=api.starter("Groceries"))
    with app.app_context():
        conditions = suggestions._described("Milk")
        query = suggestions._few(api.person.ledger_id, literal(""), *conditions)
        plan = "EXPLAIN " if searching.is_postgres() else "EXPLAIN QUERY PLAN "
        if searching.is_postgres():
            session.execute(text("SET LOCAL enable_seqscan = off"))
        compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        told = " ".join(str(row) for row in session.execute(text(f"{plan}{compiled}")))
    assert "ix_transactions_described" in told
