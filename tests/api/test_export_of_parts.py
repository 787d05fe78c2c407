"""An export of transfers, tags and lines: told in words, and read back to the same rows."""

from typing import Any

import pytest

from app.services import verification
from tests.factories.callers import Api, Body, expect
from tests.factories.fixtures import Work

NOTES = "x (y); 2 apples"


@pytest.fixture
def text(api: Api) -> str:
    """The export of a ledger that has all of it."""
    wallet = api.add("/accounts", name="Wallet")["id"]
    yen = api.add("/accounts", name="Yen", currency="JPY")["id"]
    main: dict[str, Any] = {"account_id": api.person.account_id, "date": "2026-01-02"}
    api.add("/transactions", type="transfer", amount="20", to_account_id=wallet, **main)
    api.add(
        "/transactions", type="transfer", amount="5", to_account_id=yen, to_amount="812", **main
    )
    lines = [{"amount": "3.10", "category_id": api.starter("Groceries"), "notes": NOTES}]
    api.spend("5", splits=[*lines, {"amount": "1.90"}], tags=["b", "A"], **main)
    return api.get("/exports/transactions?format=csv").text


def _read(api: Api, text: str, work: Work) -> Body:
    upload = expect(202, api.upload(text, account_id=api.person.account_id, commit="true"))
    work()
    return api.read(f"/imports/{upload['id']}")


def _counts(done: Body) -> tuple[int, int, int]:
    return done["rows_new"], done["rows_duplicate"], done["rows_rejected"]


def test_they_are_told_in_words_and_known_again(api: Api, text: str, work: Work) -> None:
    header, transfer, dear, split = text.splitlines()
    assert header.endswith(",account,to_amount,payee,notes,tags,lines")
    assert "-20.00,EUR,→ Wallet,Main account,20.00" in transfer
    assert "-5.00,EUR,→ Yen,Main account,812" in dear
    assert f'"A, b",3.10 Food / Groceries ({NOTES}); 1.90' in split
    assert _counts(_read(api, text, work)) == (0, 3, 0)
    assert len(api.rows()) == 3


def test_they_are_read_back_where_accounts_and_categories_are(
    api: Api, other: Api, text: str, work: Work
) -> None:
    other.add("/accounts", name="wallet")
    other.add("/accounts", name="Yen", currency="JPY")
    done = _read(other, text, work)
    assert (_counts(done), done["errors"]) == ((3, 0, 0), [])
    again = other.get("/exports/transactions?format=csv").text
    assert again.replace("wallet", "Wallet") == text
    balances = [
        {one["name"].casefold(): one["balance"] for one in caller.read("/accounts")["items"]}
        for caller in (api, other)
    ]
    assert balances[0] == balances[1]
    with other.app.app_context():
        assert verification.find_differences() == []
    expect(200, other.delete(f"/imports/{done['id']}"))
    assert other.rows() == []
    with other.app.app_context():
        assert verification.find_differences() == []


def test_what_is_not_there_is_said(other: Api, text: str, work: Work) -> None:
    strange = text.replace("Food / Groceries", "Stamps").replace("812", "812.5")
    done = _read(other, strange, work)
    assert _counts(done) == (0, 0, 3)
    reasons = [error["reason"] for error in done["errors"]]
    assert "Open an account of that name first" in reasons[0]
    assert "category that is not here" in reasons[2]
    other.add("/accounts", name="Yen", currency="JPY")
    assert "JPY has no decimals" in _read(other, strange, work)["errors"][1]["reason"]
    uneven = text.replace("1.90", "1.80")
    assert "do not come to its amount" in _read(other, uneven, work)["errors"][-1]["reason"]
