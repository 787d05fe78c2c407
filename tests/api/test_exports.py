"""Exports: every row, safe to open, and read back to the same books."""

import csv
import io
from typing import Any

import pytest

from tests.factories.callers import Api, Body, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.rows import many

HEADER = [
    "date",
    "description",
    "amount",
    "currency",
    "category",
    "account",
    "to_amount",
    "payee",
    "notes",
    "tags",
    "lines",
]
NASTY = ["=1+1", "+49 30 1234", "-minus", "@SUM(A1:A9)", "'=quoted", "'plain", "a;b,c", 'say "hi"']


def _export(api: Api, **query: Any) -> list[dict[str, str]]:
    response = api.get("/exports/transactions", query_string=query or None)
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/csv"
    header, *rows = csv.reader(io.StringIO(response.text, newline=""))
    assert header == HEADER
    return [dict(zip(HEADER, row, strict=True)) for row in rows]


@pytest.fixture
def books(api: Api) -> Api:
    """Rows with everything that a file can trip over."""
    account = api.person.account_id
    yen = api.add("/accounts", name="Tokyo", currency="JPY")["id"]
    groceries = api.starter("Groceries")
    for number, text in enumerate(NASTY):
        api.spend(
            f"{number + 1}.05", date=f"2026-01-{number + 1:02d}", description=text, payee=text,
            account_id=account, category_id=groceries if number % 2 else None,
        )  # fmt: skip
    api.earn(
        "2500", date="2026-01-28", description="Salary", notes="two\nlines, =danger",
        account_id=account, category_id=api.starter("Salary"),
    )  # fmt: skip
    api.spend("950", date="2026-02-01", description="ラーメン", account_id=yen)
    api.spend("3.50", date="2026-02-02", payee="no description", account_id=account)
    api.spend("3.50", date="2026-02-02", payee="no description", account_id=account)
    return api


def test_every_row_oldest_first(books: Api) -> None:
    dates = [row["date"] for row in _export(books)]
    assert len(dates) == 12
    assert dates == sorted(dates)


def test_amounts_are_plain_signed_numbers(books: Api) -> None:
    rows = {row["description"]: row for row in _export(books)}
    assert (rows["Salary"]["amount"], rows["Salary"]["currency"]) == ("2500.00", "EUR")
    assert (rows["ラーメン"]["amount"], rows["ラーメン"]["currency"]) == ("-950", "JPY")
    assert [row["amount"] for row in _export(books)][:2] == ["-1.05", "-2.05"]


def test_no_text_starts_a_formula(books: Api) -> None:
    for row in _export(books):
        for name in ("description", "payee", "notes", "category", "account"):
            assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert _export(books)[0]["description"] == "'=1+1"


def test_names_of_categories_and_accounts(books: Api) -> None:
    rows = _export(books)
    assert rows[1]["category"] == "Food / Groceries"
    assert rows[0]["category"] == ""
    assert {row["account"] for row in rows} == {"Main account", "Tokyo"}


@pytest.mark.parametrize(
    "query",
    [
        {"date_from": "2026-01-28"}, {"date_to": "2026-01-03"}, {"type": "income"}, {"q": "salary"},
        {"amount_min": "900"}, {"payee": "no description"}, {"q": "nothing at all"},
    ],
)  # fmt: skip
def test_the_same_filters_as_the_list(books: Api, query: dict[str, str]) -> None:
    exported = sorted((row["date"], row["amount"].lstrip("-")) for row in _export(books, **query))
    assert exported == sorted((row["date"], row["amount"]) for row in books.rows(**query))


@pytest.mark.parametrize("name", ["format", "date_from", "sort", "page", "per_page", "cursor", "x"])
def test_what_no_export_can_be_asked(api: Api, name: str) -> None:
    refused(api.get("/exports/transactions", query_string={name: "nonsense"}), name)


def test_it_is_a_file_to_save(books: Api) -> None:
    response = books.get("/exports/transactions", query_string={"format": "csv"})
    assert response.headers["Content-Disposition"].startswith("attachment")
    problem(401, _anonymous(books).get("/exports/transactions"))


def _anonymous(api: Api) -> Api:
    api.token = None
    return api


def test_it_is_sent_in_pieces(api: Api) -> None:
    many(api.app, api.person, 5000)
    response = api.get("/exports/transactions")
    assert response.is_streamed
    assert "Content-Length" not in response.headers
    assert len(response.text.splitlines()) == 5001


def test_a_fresh_ledger_reads_it_back_to_the_same_books(
    books: Api, caller: Caller, work: Work
) -> None:
    exported = books.get("/exports/transactions").data
    fresh = caller()
    import_id = fresh.upload(exported).get_json()["id"]
    work()
    read = fresh.read(f"/imports/{import_id}")
    if read["questions"]:
        assert [one["field"] for one in read["questions"]] == ["accounts"]
        fresh.patch(f"/imports/{import_id}", {"answers": {"accounts": "open"}})
        work()
    fresh.post(f"/imports/{import_id}/commit")
    work()
    done = fresh.read(f"/imports/{import_id}")
    assert done["errors"] == []
    assert (done["status"], done["rows_new"]) == ("done", 12)
    assert fresh.get("/exports/transactions").data == exported
    for month in (1, 2):
        assert _figures(fresh, month) == _figures(books, month)
    assert _balances(fresh) == _balances(books)


def _figures(api: Api, month: int) -> Body:
    report = api.read("/reports/monthly", year=2026, month=month)
    lines = [(line["name"], line["amount"], line["count"]) for line in report["categories"]]
    others = [(other["currency"], other["totals"]) for other in report["others"]]
    return {"totals": report["totals"], "lines": lines, "others": others}


def _balances(api: Api) -> dict[str, str]:
    return {one["name"]: one["balance"] for one in api.read("/accounts")["items"]}


def test_the_own_ledger_knows_the_rows_that_it_imported(api: Api, work: Work) -> None:
    entries = "date,description,amount,currency,category,account\n2026-01-02,Bread,-3.50,EUR,,\n"
    api.upload(entries, commit="true")
    work()
    again = api.upload(entries).get_json()["id"]
    work()
    assert api.read(f"/imports/{again}")["rows_duplicate"] == 1
