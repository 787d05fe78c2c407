"""Rows of the list, edited where they stand."""

from tests.views.conftest import Queries
from tests.views.visitors import Visitor, value_of, words

SCRIPT = {"HX-Request": "true"}


def test_a_row_is_edited_where_it_stands(mia: Visitor) -> None:
    row = mia.add("5", description="Tea", date="2026-03-02")
    form = mia.get(f"/transactions/{row}/row/edit?next=/transactions", **SCRIPT)
    assert form.text.lstrip().startswith(f'<li class="row-editing" id="row-{row}"')
    assert value_of(form, "amount") == "5,00"
    said = {"date": "2026-03-02", "amount": "5,00", "version": value_of(form, "version")}
    groceries = mia.category("Groceries")
    saved = mia.post(
        f"/transactions/{row}/row",
        {**said, "description": "Coffee", "category_id": groceries},
        **SCRIPT,
    )
    assert ("Coffee" in words(saved), "Groceries" in words(saved)) == (True, True)
    assert saved.headers["HX-Trigger"] == '{"announce":"Saved."}'
    more = {**said, "amount": "2+4", "version": "2", "category_id": groceries}
    saved = mia.post(f"/transactions/{row}/row", more, **SCRIPT)
    assert (saved.status_code, "rowmoved" in saved.headers["HX-Trigger"]) == (204, True)
    assert "6,00 €" in words(mia.get(f"/transactions/{row}/row", **SCRIPT))


def test_a_fault_and_somebody_who_was_faster_are_told_in_the_row(mia: Visitor) -> None:
    row = mia.add("5", description="Tea", date="2026-03-02")
    said = {"date": "2026-03-02", "amount": "x", "description": "Mine", "version": "1"}
    faulty = mia.post(f"/transactions/{row}/row", said, **SCRIPT)
    assert faulty.status_code == 422
    assert f'id="r{row}-amount-error"' in faulty.text
    mia.post(f"/transactions/{row}/row", {**said, "amount": "6", "description": "Theirs"})
    stale = mia.post(f"/transactions/{row}/row", {**said, "amount": "7"}, **SCRIPT)
    assert stale.status_code == 412
    assert "Stored now: 6,00 € · Monday, 2 March 2026 · Theirs" in words(stale)
    assert (value_of(stale, "description"), value_of(stale, "version")) == ("Mine", "2")


def test_without_a_script_it_is_the_page_with_all_fields(mia: Visitor) -> None:
    row = mia.add("5", description="Tea")
    answer = mia.get(f"/transactions/{row}/row/edit?next=/transactions")
    assert answer.location == f"/transactions/{row}/edit?next=/transactions"
    assert f'href="/transactions/{row}/edit?next=/transactions"' in mia.get("/transactions").text


def test_a_row_says_what_it_is(mia: Visitor) -> None:
    purse = mia.open_account(name="Purse", currency="EUR")
    mia.add("5", type="transfer", to_account_id=purse, description="Cash", tags="trip")
    lines = {
        "split_amount": ["3", "2"],
        "split_category_id": [mia.category("Groceries"), mia.category("Rent")],
        "split_notes": ["", ""],
    }
    mia.add("5", description="Market", **lines)
    text = words(mia.get("/transactions"))
    assert "Main account → Purse #trip" in text
    assert "2 categories" in text


def test_a_list_with_tags_and_lines_costs_the_same_however_long(
    mia: Visitor, queries: Queries
) -> None:
    lines = {"split_amount": ["3", "2"], "split_category_id": ["", ""], "split_notes": ["a", "b"]}
    mia.post("/saved-filters", {"name": "Tea", "filters": f"account_id={mia.account()}"})
    mia.add("5", tags="trip", **lines)
    with queries() as few:
        mia.get("/transactions")
    for number in range(6):
        mia.add("5", tags=f"trip, tag {number}", **lines)
        mia.post("/saved-filters", {"name": f"Tea {number}", "filters": "q=tea"})
    with queries() as many:
        mia.get("/transactions")
    assert len(few) == len(many) <= 11
