"""Accounts and their balances."""

from tests.views.conftest import Queries
from tests.views.visitors import Visitor, error_of, value_of, words


def test_all_there_is_in_one_sentence(mia: Visitor) -> None:
    mia.open_account(name="Savings", type="savings", currency="EUR", opening_balance="1.000,00")
    mia.open_account(name="Dollars", currency="USD", opening_balance="12.5")
    mia.add("0,50")
    assert "You have 999,50 € and 12,50 $ in 3 accounts." in words(mia.get("/accounts"))


def test_accounts_stand_in_groups_with_what_is_owed_told_in_words(mia: Visitor) -> None:
    mia.open_account(name="Visa", type="credit", opening_balance="-20")
    mia.open_account(name="Car", type="loan", currency="USD", opening_balance="-5")
    mia.open_account(name="Pot", group="Trips", opening_balance="100")
    text = words(mia.get("/accounts"))
    net = "80,00 € and -5,00 $ net, in 4 accounts."
    assert f"You have 100,00 € and owe 20,00 € and 5,00 $: {net}" in text
    assert (
        text.index("Trips 100,00 €")
        < text.index("Pot Checking")
        < text.index("What you have 0,00 €")
    )
    assert "What you owe -20,00 € and -5,00 $ Car" in text
    assert "Visa Credit cards · EUR -20,00 € owed" in text


def test_an_overdrawn_account_is_owed_too(mia: Visitor) -> None:
    mia.open_account(name="Visa", type="credit", opening_balance="7")
    mia.add("5")
    assert "You have 7,00 € and owe 5,00 €: 2,00 € net" in words(mia.get("/accounts"))


def test_accounts_and_groups_are_moved_up_and_down(mia: Visitor) -> None:
    for name in ("Alpha", "Zeta"):
        mia.open_account(name=name)
    visa = mia.open_account(name="Visa", type="credit")
    page = mia.get("/accounts?arrange=1")
    assert 'aria-label="Move Alpha down"' in page.text
    assert 'aria-label="Move Alpha up"' not in page.text
    zeta = mia.account("Zeta")
    assert mia.post(f"/accounts/{zeta}/move", {"direction": "up"}).status_code == 303
    mia.post(f"/accounts/{visa}/move", {"direction": "up", "group": "true"})
    text = words(mia.get("/accounts"))
    order = ["What you owe", "Visa", "What you have", "Alpha", "Zeta", "Main account"]
    assert sorted(order, key=text.index) == order
    assert mia.post(f"/accounts/{zeta}/move", {"direction": "left"}).status_code == 422
    assert "You moved the account Zeta in the list." in words(mia.get("/activity"))


def test_the_list_costs_the_same_number_of_queries_however_many(
    mia: Visitor, queries: Queries
) -> None:
    mia.get("/accounts")
    with queries() as few:
        mia.get("/accounts")
    mia.open_account(name="Pot", group="Trips")
    mia.open_account(name="Visa", type="credit")
    with queries() as more:
        mia.get("/accounts")
    assert len(more) == len(few)


def test_an_account_shows_its_balance_and_its_newest_rows(mia: Visitor) -> None:
    savings = mia.open_account(name="Savings", opening_balance="100")
    mia.add("5", description="Elsewhere")
    mia.add("30", description="Here", account_id=savings)
    text = words(mia.get(f"/accounts/{savings}"))
    assert "There are 70,00 € in it." in text
    assert "Here" in text
    assert "Elsewhere" not in text
    assert "· Savings" not in text  # the page says already which account it is


def test_the_page_tells_the_balance_of_any_day_and_how_it_went(
    mia: Visitor, queries: Queries
) -> None:
    pot = mia.open_account(name="Pot", opening_balance="100", opening_date="2026-01-10")
    mia.add("30", account_id=pot, date="2026-01-12")
    with queries() as few:
        text = words(mia.get(f"/accounts/{pot}?date=2026-01-11"))
    assert "At the end of Sunday, 11 January 2026 the balance was 100,00 €" in text
    for day in range(1, 20):
        mia.add("1", account_id=pot, date=f"2025-01-{day:02}")
    with queries() as more:
        text = words(mia.get(f"/accounts/{pot}?date=2026-01-12&period=years"))
    assert "the balance was 51,00 €" in text
    assert "seen on a statement" not in text  # nothing was yet
    assert "End of the month" in text
    assert len(more) == len(few)
    everything = {"date": "2026-01-12", "balance": "51", "action": "all"}
    mia.post(f"/accounts/{pot}/reconcile", everything)
    mia.add("1", account_id=pot, date="2026-01-12")
    text = words(mia.get(f"/accounts/{pot}?date=2026-01-12"))
    assert "the balance was 50,00 €" in text
    assert "counting only what was seen on a statement, 51,00 €." in text
    wrong = mia.get(f"/accounts/{pot}?date=2026-02-30")
    assert error_of(wrong, "date") == "There is no such day."


def test_what_is_owed_is_told_as_such(mia: Visitor) -> None:
    visa = mia.open_account(name="Visa", type="credit", opening_balance="-20")
    assert "You owe 20,00 € on it." in words(mia.get(f"/accounts/{visa}"))


def test_a_name_that_is_taken_is_a_conflict_beside_the_field(mia: Visitor) -> None:
    response = mia.post(
        "/accounts", {"name": "Main account", "type": "cash", "opening_balance": "1.0,0"}
    )
    assert response.status_code == 422
    assert error_of(response, "opening_balance")
    response = mia.post(
        "/accounts", {"name": "Main account", "type": "cash", "opening_balance": "1,50"}
    )
    assert response.status_code == 409
    assert error_of(response, "name") == "There is already an account with this name."
    assert (value_of(response, "type"), value_of(response, "opening_balance")) == ("cash", "1,50")


def test_opening_balances_have_the_decimals_of_their_own_currency(mia: Visitor) -> None:
    fields = {"name": "Dinars", "type": "cash", "currency": "KWD"}
    refused = mia.post("/accounts", {**fields, "opening_balance": "1.234"})
    assert error_of(refused, "opening_balance") == (
        "This can be read in two ways. Write it like 1234,567."
    )
    assert mia.open_account(**fields, opening_balance="1,234")
    assert "1,234 KWD" in words(mia.get("/accounts"))


def test_an_account_is_changed(mia: Visitor) -> None:
    account = mia.account()
    form = mia.get(f"/accounts/{account}/edit")
    assert value_of(form, "opening_balance") == "0,00"
    fields = {
        "name": "Giro", "type": "savings", "opening_balance": "10,00", "group": "Home",
        "opening_date": "2026-01-02",
    }  # fmt: skip
    response = mia.post(f"/accounts/{account}", {**fields, "version": value_of(form, "version")})
    assert response.location == f"/accounts/{account}"
    assert "There are 10,00 € in it." in words(mia.get(response.location))
    form = mia.get(f"/accounts/{account}/edit")
    assert (value_of(form, "opening_date"), value_of(form, "group")) == ("2026-01-02", "Home")
    mia.post(f"/accounts/{account}", {**fields, "opening_date": "", "group": ""})
    form = mia.get(f"/accounts/{account}/edit")
    assert (value_of(form, "opening_date"), value_of(form, "group")) == ("", "")


def test_somebody_else_was_faster(mia: Visitor) -> None:
    account = mia.account()
    old = value_of(mia.get(f"/accounts/{account}/edit"), "version")
    mia.post(f"/accounts/{account}", {"name": "Theirs", "version": old})
    refused = mia.post(f"/accounts/{account}", {"name": "Mine", "version": old})
    assert refused.status_code == 412
    assert "Stored now: Theirs" in words(refused)
    assert value_of(refused, "name") == "Mine"


def test_an_account_with_rows_keeps_its_currency(mia: Visitor) -> None:
    mia.add("5")
    account = mia.account()
    response = mia.post(f"/accounts/{account}", {"name": "Main account", "currency": "USD"})
    assert response.status_code == 409
    assert error_of(response, "currency") == "An account with transactions keeps its currency."


def test_archiving_just_happens_and_can_be_undone(mia: Visitor) -> None:
    account = mia.account()
    page = mia.get(mia.post(f"/accounts/{account}/archive").location)
    assert "The account is archived." in words(page)
    assert f'action="/accounts/{account}/unarchive"' in page.text
    assert "1 archived" in words(mia.get("/accounts"))
    assert "Open an account first" in words(mia.get("/transactions/new"))
    mia.post(f"/accounts/{account}/unarchive")
    assert "archived" not in words(mia.get("/accounts"))


def test_an_account_in_use_is_not_deleted(mia: Visitor) -> None:
    mia.add("5")
    account = mia.account()
    page = mia.get(f"/accounts/{account}/delete")
    assert "it cannot be deleted. Archive it instead" in words(page)
    assert f'action="/accounts/{account}/archive"' in page.text
    assert f'action="/accounts/{account}/delete"' not in page.text
    response = mia.post(f"/accounts/{account}/delete")
    assert "Archive it instead." in words(mia.get(response.location))


def test_an_unused_account_is_deleted_after_one_question(mia: Visitor) -> None:
    account = mia.open_account(name="Savings")
    page = mia.get(f"/accounts/{account}/delete")
    assert "“Savings” will be gone for good" in words(page)
    fields = {"version": value_of(page, "version")}
    assert mia.post(f"/accounts/{account}/delete", fields).location == "/accounts"
    assert mia.get(f"/accounts/{account}").status_code == 404
