"""An export of transfers, tags and lines: told in words, and never read back as something else."""

from typing import Any

from tests.factories.callers import Api, expect
from tests.factories.fixtures import Work


def test_what_cannot_be_read_back_is_said(api: Api, work: Work) -> None:
    wallet = api.add("/accounts", name="Wallet")["id"]
    main: dict[str, Any] = {"account_id": api.person.account_id, "date": "2026-01-02"}
    api.add("/transactions", type="transfer", amount="20", to_account_id=wallet, **main)
    lines = [{"amount": "3.10", "category_id": api.starter("Groceries"), "notes": "x"}]
    api.spend("5", splits=[*lines, {"amount": "1.90"}], tags=["b", "A"], **main)
    text = api.get("/exports/transactions?format=csv").text
    header, transfer, split = text.splitlines()
    assert header.endswith(",payee,notes,tags,lines")
    assert "-20.00,EUR,→ Wallet,Main account" in transfer
    assert '"A, b",3.10 Food / Groceries (x); 1.90' in split
    upload = expect(202, api.upload(text, account_id=api.person.account_id, commit="true"))
    work()
    done = api.read(f"/imports/{upload['id']}")
    assert (done["rows_new"], done["rows_duplicate"], done["rows_rejected"]) == (0, 1, 1)
    assert "transfer" in done["errors"][0]["reason"]
    assert len(api.rows()) == 2
