"""The activity log as pages: sentences, filters, and taking a change back."""

import csv
import io
import re

import pytest

from app.models.activities import Entry
from app.views.sentences import IN_LEDGERS, NOUNS, SENTENCES
from tests.views.visitors import Visitor, words


def _ledger_id(visitor: Visitor) -> str:
    found = re.search(r"/ledgers/(\d+)/activity", visitor.get("/activity").text)
    assert found
    return found.group(1)


def _undo(page: str, label: str = "Undo") -> str:
    found = re.search(rf'action="([^"]+)">(?:(?!</form>).)*>{label}<', page, re.DOTALL)
    assert found, page
    return found.group(1).replace("&amp;", "&")


def test_what_happened_is_told_in_sentences(mia: Visitor) -> None:
    row = mia.add("12,00", description="Rewe", category_id=str(mia.category("Food")))
    fields = {
        "type": "expense",
        "account_id": str(mia.account()),
        "date": "2026-01-02",
        "category_id": "",
    }
    mia.post(f"/transactions/{row}", {**fields, "amount": "1.013,00", "description": "Rewe"})
    page = words(mia.get("/activity"))
    assert "You added Rewe, 12,00 €." in page
    assert (
        "the amount from 12,00 € to 1.013,00 € and the category from Food to no category." in page
    )
    assert "You changed the date of Rewe from" in page
    assert "to Friday, 2 January 2026," in page
    assert "Today" in page


def test_the_own_and_the_ledgers_log_are_told_apart(mia: Visitor) -> None:
    mia.add("12,00", description="Rewe")
    page = words(mia.get(f"/ledgers/{_ledger_id(mia)}/activity"))
    assert "Who did what in this ledger. Everybody in it sees this." in page
    assert "You added Rewe" in page
    assert "registered" not in page


def test_a_ledger_of_others_is_not_there(mia: Visitor, sam: Visitor) -> None:
    theirs, missing = _ledger_id(sam), 10**9
    for ledger_id in (theirs, missing):
        response = mia.get(f"/ledgers/{ledger_id}/activity")
        assert response.status_code == 404
    row = sam.add("1.00")
    for row_id in (row, missing):
        assert mia.get(f"/transactions/{row_id}/history").status_code == 404
        assert mia.post(f"/transactions/{row_id}/restore").status_code == 404


def test_an_empty_log_says_what_it_will_be(mia: Visitor) -> None:
    assert "Nothing happened yet" in words(mia.get(f"/ledgers/{_ledger_id(mia)}/activity"))
    assert "Nothing matches" in words(mia.get("/activity?kind=import"))


def test_what_people_typed_is_escaped(mia: Visitor) -> None:
    hostile = "<script>alert(1)</script> {who} & co"
    row = mia.add("1,00", description=hostile)
    mia.post(
        f"/transactions/{row}",
        {"type": "expense", "amount": "2,00", "account_id": mia.account(), "notes": hostile,
         "description": "<b>x</b>"},
    )  # fmt: skip
    for path in ("/activity", f"/transactions/{row}/history", f"/transactions/{row}"):
        page = mia.get(path)
        assert "<script>alert" not in page.text
        assert "<b>x" not in page.text
        assert "alert(1)</script> {who} & co" in words(page)


@pytest.mark.parametrize(
    ("query", "seen", "hidden"),
    [
        ("kind=account", "opened the account Wallet", "Rewe"),
        ("kind=transaction", "added Rewe", "Wallet"),
        ("date_from=2020-01-01", "added Rewe", "Nothing matches"),
        ("date_to=2020-01-01", "Nothing matches", "Rewe"),
    ],
)
def test_the_log_is_narrowed(mia: Visitor, query: str, seen: str, hidden: str) -> None:
    mia.add("12,00", description="Rewe")
    mia.open_account(name="Wallet")
    said = words(mia.get(f"/activity?{query}")).partition("Show")[2]
    assert seen in said
    assert hidden not in said


def test_a_filter_that_cannot_be_read_says_so(mia: Visitor) -> None:
    response = mia.get("/activity?date_from=yesterday&kind=%25")
    assert response.status_code == 422
    assert "2 fields need another look" in words(response)
    assert mia.get("/activity?format=xml").status_code == 422


def test_the_log_has_pages(mia: Visitor) -> None:
    for number in range(3):
        mia.add("1,00", description=f"row {number}")
    first = mia.get("/activity?per_page=2&kind=transaction")
    assert "added row 2" in words(first)
    assert "added row 0" not in words(first)
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older
    second = mia.get(older.group(1).replace("&amp;", "&"))
    assert "added row 0" in words(second)
    assert 'rel="prev"' in second.text


def test_the_log_as_a_file(mia: Visitor) -> None:
    mia.add("12,00", description="Rewe")
    page = mia.get("/activity?kind=transaction")
    link = re.search(r'href="([^"]+format=csv[^"]*)"', page.text)
    assert link
    response = mia.get(link.group(1).replace("&amp;", "&"))
    assert response.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(response.text))
    assert (row["who"], row["what"], row["row"]) == (mia.email, "transaction.created", "Rewe")


# Taking a change back


def test_deleting_can_be_undone_at_once(mia: Visitor) -> None:
    row = mia.add("12,00", description="Rewe")
    mia.post(f"/transactions/{row}/delete", {"version": "1"})
    page = mia.get("/transactions")
    assert "The transaction is deleted." in words(page)
    response = mia.post(_undo(page.text))
    assert (response.status_code, response.location) == (303, "/transactions")
    page = mia.get("/transactions")
    assert "The transaction is as it was." in words(page)
    assert f"/transactions/{row}" in page.text
    assert "12,00 € went out of Main account" in words(mia.get(f"/transactions/{row}"))


def test_an_earlier_version_is_restored_from_the_rows_page(mia: Visitor) -> None:
    row = mia.add("12,00", description="Rewe")
    fields = {"type": "expense", "account_id": mia.account(), "description": "Rewe"}
    mia.post(f"/transactions/{row}", {**fields, "amount": "13,00"})
    page = mia.get(f"/transactions/{row}")
    assert "from 12,00 € to 13,00 €" in words(page)
    assert "as it is now" in words(page)
    form = re.findall(
        r'name="activity_id" value="(\d+)">\s*<input type="hidden" name="state" value="(\w+)">'
        r'\s*<input type="hidden" name="version" value="(\d+)">', page.text,
    )  # fmt: skip
    assert len(form) == 1
    activity_id, state, version = form[0]
    restored = {"activity_id": activity_id, "state": state, "version": version}
    response = mia.post(f"/transactions/{row}/restore", restored)
    assert response.location == f"/transactions/{row}"
    page = mia.get(f"/transactions/{row}")
    assert "12,00 € went out of" in words(page)
    mia.post(f"/transactions/{row}/restore", restored)
    assert "This was changed in the meantime" in words(mia.get(f"/transactions/{row}/history"))


def test_a_deleted_row_is_brought_back_from_the_log(mia: Visitor) -> None:
    row = mia.add("12,00", description="Rewe")
    mia.post(f"/transactions/{row}/delete", {"version": "1"})
    log = mia.get("/activity")
    assert f'href="/transactions/{row}/history"' in log.text
    page = mia.get(f"/transactions/{row}/history")
    assert "This transaction was deleted." in words(page)
    assert "Bring it back" in words(page)
    found = re.search(r'name="activity_id" value="(\d+)"', page.text)
    assert found
    mia.post(f"/transactions/{row}/restore", {"activity_id": found.group(1), "state": "before"})
    assert "12,00 € went out of" in words(mia.get(f"/transactions/{row}"))


def test_what_is_missing_is_said(mia: Visitor) -> None:
    mia.post("/categories", {"name": "Fun", "type": "expense"})
    fun = mia.category("Fun")
    row = mia.add("12,00", category_id=str(fun))
    mia.post(f"/transactions/{row}/delete", {"version": "1"})
    undo = _undo(mia.get("/transactions").text)
    mia.post(f"/categories/{fun}/archive")
    mia.post(undo)
    page = words(mia.get(f"/transactions/{row}/history"))
    assert "Take the category Fun into use again first." in page


# Words


def test_every_kind_of_line_has_a_noun_to_narrow_to() -> None:
    nouns = {kind.partition(".")[0] for kind in SENTENCES}
    assert nouns - {"mail", "job"} <= set(NOUNS)
    assert set(IN_LEDGERS) <= set(NOUNS)


def test_a_kind_without_a_sentence_is_told_all_the_same(mia: Visitor) -> None:
    from app.core import clock
    from app.views.sentences import sentence

    entry = Entry(
        id=1, at=clock.now(), kind="thing.was_done", by="program", actor_id=None, actor_name=None,
        user_id=None, user_name=None, ledger_id=None, ledger_name=None, subject_type=None,
        subject_id=None, subject_name=None, before=None, after=None,
    )  # fmt: skip
    assert sentence(entry) == "Outlay: thing was done"
