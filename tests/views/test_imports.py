"""Imports on pages: upload, follow, review, answer, map columns, import, take back."""

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.controllers import import_work
from app.core import clock
from app.core.uow import unit_of_work
from app.models.imports import Import
from app.views.imports import PATIENCE
from tests.views.visitors import Visitor, error_of, value_of, words

N26 = (
    "Booking Date,Value Date,Partner Name,Partner Iban,Type,Payment Reference,Account Name,"
    "Amount (EUR),Original Amount,Original Currency,Exchange Rate\n"
)


def n26(*rows: tuple[str, str, str]) -> str:
    """Return a statement of N26 with rows of (date, payee, amount)."""
    return N26 + "".join(
        f"{day},{day},{who},,Presentment,,Main,{much},,,\n" for day, who, much in rows
    )


BAKER = ("2026-03-02", "Baker", "-3.20")
GROCER = ("2026-03-03", "Grocer", "-1234.56")
WAGES = ("2026-03-04", "Wages", "2000.00")
BROKEN = ("2026-03-05", "Broken", "twelve")
STATEMENT = n26(BAKER, GROCER, WAGES)

UNKNOWN = "Posted;Text;Type;Value\n2026-03-13;Tea;Debit;4.50\n2026-03-14;Pay;Credit;9.00\n"
AMBIGUOUS = "Date,Description,Amount\n02/03/2026,Tea,-4.50\n04/05/2026,Pay,9.00\n"


class Uploader:
    """Uploads statements, and does the jobs that a worker would."""

    def __init__(self, app: Flask, visitor: Visitor) -> None:
        self.app = app
        self.visitor = visitor

    def upload(
        self, content: str | bytes, *, name: str = "march.csv", account_id: int | None = None
    ) -> TestResponse:
        """Send the form to upload a file."""
        raw = content.encode() if isinstance(content, str) else content
        account = account_id or self.visitor.account()
        return self.visitor.post(
            "/imports/new", {"account_id": account, "file": (BytesIO(raw), name)}
        )

    def begin(self, content: str | bytes, **details: str | int) -> str:
        """Upload a file, which has to work; returns the address of its page."""
        response = self.upload(content, **details)  # type: ignore[arg-type]
        assert response.status_code == 303, words(response)
        return response.location

    def read(self, content: str | bytes, **details: str | int) -> str:
        """Upload a file and have it read; returns the address of its page."""
        page = self.begin(content, **details)
        self.work(page)
        return page

    def store(self, content: str | bytes, **details: str | int) -> str:
        """Upload a file, have it read and stored; returns the address of its page."""
        page = self.read(content, **details)
        self.post(f"{page}/commit")
        self.work(page)
        return page

    def work(self, page: str) -> None:
        """Do what waits to be done for an import."""
        import_id = int(page.rpartition("/")[2])
        with self.app.app_context():
            import_work.read(import_id)
            import_work.commit(import_id)

    def change(self, page: str, **values: object) -> None:
        """Change an import behind its page's back, as a job elsewhere would."""
        mine = Import.id == int(page.rpartition("/")[2])
        with self.app.app_context(), unit_of_work() as unit:
            unit.session.execute(update(Import).where(mine).values(**values))

    def post(self, path: str, fields: dict[str, Any] | None = None) -> TestResponse:
        """Send a form that leads back to the import's page."""
        response = self.visitor.post(path, fields)
        assert response.status_code == 303, words(response)
        return response

    def see(self, path: str, **headers: str) -> str:
        """Return what a page says."""
        response = self.visitor.get(path, **headers)
        assert response.status_code == 200
        return words(response)

    def rows(self, path: str) -> str:
        """Return what a page says in its table of rows."""
        table = self.page(path).partition('<table class="table import-rows">')[2]
        return re.sub(r"<[^>]+>|\s+", " ", unescape(table.partition("</table>")[0]))

    def page(self, path: str) -> str:
        """Return a page as it is written."""
        return self.visitor.get(path).text


@pytest.fixture
def bank(app: Flask, mia: Visitor) -> Uploader:
    """Somebody with statements to upload."""
    return Uploader(app, mia)


# The list


def test_the_list_says_what_an_import_is_before_there_is_one(bank: Uploader) -> None:
    assert "Download a statement from your bank as CSV and drop it here" in bank.see("/imports")


def test_the_list_says_what_became_of_each_file(bank: Uploader) -> None:
    bank.store(STATEMENT, name="stored.csv")
    bank.read(n26(BAKER, BROKEN), name="read.csv")
    page = bank.see("/imports")
    assert "One file waits for you: read.csv." in page
    assert "read.csv Main account · Today" in page
    assert "nothing new, 1 here already, 1 not read For your review" in page
    assert "3 new rows Done" in page
    assert page.index("Main account · Today") < page.index("stored.csv")


def test_the_list_answers_whether_it_all_arrived(bank: Uploader) -> None:
    bank.store(STATEMENT)
    assert "It all arrived: the latest file brought 3 new rows into Main account." in bank.see(
        "/imports"
    )


def test_the_list_has_pages(bank: Uploader) -> None:
    for number in range(3):
        bank.begin(STATEMENT, name=f"{number}.csv")
    assert 'rel="next" href="/imports?page=2"' not in bank.visitor.get("/imports").text
    assert "There are not that many files." in bank.see("/imports?page=9")
    assert bank.visitor.get("/imports?page=none").status_code == 404


# Uploading


def test_the_only_account_is_chosen_already(bank: Uploader) -> None:
    form = bank.visitor.get("/imports/new")
    assert value_of(form, "account_id") == str(bank.visitor.account())
    assert "Recognised without asking Outlay’s own export N26 ING (NL)" in words(form)


def test_of_several_accounts_the_one_that_was_looked_at_is_chosen(bank: Uploader) -> None:
    savings = bank.visitor.open_account(name="Savings", currency="EUR")
    assert value_of(bank.visitor.get("/imports/new"), "account_id") is None
    form = bank.visitor.get(f"/imports/new?account_id={savings}")
    assert value_of(form, "account_id") == str(savings)


def test_archived_accounts_take_no_statements(bank: Uploader) -> None:
    savings = bank.visitor.open_account(name="Savings", currency="EUR")
    bank.visitor.post(f"/accounts/{savings}/archive")
    assert f'value="{savings}"' not in bank.visitor.get("/imports/new").text
    assert error_of(bank.upload(STATEMENT, account_id=savings), "account_id")


def test_without_a_file_the_form_says_so(bank: Uploader) -> None:
    account = bank.visitor.account()
    response = bank.visitor.post("/imports/new", {"account_id": account})
    assert response.status_code == 422
    assert error_of(response, "file") == "Choose a file first."
    assert value_of(response, "account_id") == str(account)


def test_an_empty_file_is_refused_beside_the_field(bank: Uploader) -> None:
    response = bank.upload("")
    assert response.status_code == 422
    assert error_of(response, "file") == "This file is empty."


def test_without_an_account_the_form_says_so(bank: Uploader) -> None:
    bank.visitor.open_account(name="Savings", currency="EUR")
    response = bank.visitor.post("/imports/new", {"file": (BytesIO(b"a,b"), "a.csv")})
    assert response.status_code == 422
    assert error_of(response, "account_id")


def test_a_file_beyond_the_limit_gets_the_page_that_says_so(
    bank: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bank.app.config, "MAX_CONTENT_LENGTH", 1000)
    response = bank.upload("x" * 2000)
    assert response.status_code == 413
    assert "Choose a smaller file" in words(response)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/march.csv", "march.csv"),
        ("m\u202evsc.hcra\x00.csv", "mvsc.hcra.csv"),
        (f"{'x' * 400}.csv", "x" * 255),
    ],
)
def test_file_names_lose_what_misleads(bank: Uploader, given: str, kept: str) -> None:
    response = bank.visitor.get(bank.begin(STATEMENT, name=given))
    assert f'<bdi class="file-name">{kept}</bdi>' in response.text


def test_strange_text_stays_text(bank: Uploader) -> None:
    page = bank.read(
        n26(("2026-03-02", "<script>alert(1)</script>", "-1.00"), ("<b>", "<i>", "<u>")),
        name="<img src=x>.csv",
    )
    new = bank.visitor.get(page).text
    rejected = bank.visitor.get(f"{page}?show=rejected").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in new
    assert "&lt;img src=x&gt;.csv" in new
    for markup in ("<script>alert", "<img src=x", "<u>"):
        assert markup not in new + rejected


# Following


def test_a_page_that_waits_asks_again_and_ends_with_the_result(bank: Uploader) -> None:
    page = bank.begin(STATEMENT)
    waiting = bank.visitor.get(page)
    assert "Waiting for its turn" in words(waiting)
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in waiting.text
    polled = re.search(r'hx-get="([^"]+)" hx-trigger="load delay:250ms, every 1s"', waiting.text)
    assert polled
    bank.work(page)
    result = bank.visitor.get(polled.group(1).replace("&amp;", "&"), **{"HX-Request": "true"})
    assert "<html" not in result.text
    assert 'hx-swap-oob="true">3 rows are new.</p>' in result.text
    assert "every 1s" not in result.text
    assert "data-announce>3 rows are new." in result.text
    assert "http-equiv" not in bank.visitor.get(page).text


def test_progress_counts_rows_and_is_told_by_quarters(bank: Uploader) -> None:
    page = bank.begin(STATEMENT)
    bank.change(page, status="reading", rows_total=4000, rows_done=1000, attempts=1)
    first = bank.visitor.get(f"{page}?polls=1&told=0", **{"HX-Request": "true"})
    assert "Reading: 1,000 of 4,000 rows" in words(first)
    assert '<progress class="progress" value="0.2500"' in first.text
    assert "data-announce>25 percent" in first.text
    again = bank.visitor.get(f"{page}?polls=2&told=1", **{"HX-Request": "true"})
    assert "data-announce" not in again.text


def test_a_worker_that_is_away_is_said_plainly(bank: Uploader) -> None:
    page = bank.begin(STATEMENT)
    assert "worker" not in bank.see(page)
    assert "the worker seems to be away. Your file is safe" in bank.see(f"{page}?polls=16")
    bank.change(page, updated_at=clock.now() - 2 * PATIENCE)
    assert "the worker seems to be away" in bank.see(page)


# Reviewing


def test_review_says_what_was_read_and_shows_the_rows(bank: Uploader) -> None:
    page = bank.read(STATEMENT)
    shown = bank.see(page)
    assert "Read as N26, 3 rows, 2 Mar 2026 to 4 Mar 2026" in shown
    assert "Import 3 rows" in shown
    assert "Amount (EUR)" in shown
    assert "Grocer" in shown
    assert "1.234,56" in shown
    assert "+2.000,00" in shown


def test_each_kind_of_row_has_its_own_address(bank: Uploader) -> None:
    bank.store(n26(BAKER, ("2026-03-03", "Grocery store", "-1234.56")))
    page = bank.read(n26(BAKER, GROCER, WAGES, BROKEN))
    assert "2 rows are new; 1 of them looks like payments that are here." in bank.see(page)
    assert "Baker" in bank.rows(f"{page}?show=duplicate")
    assert "Wages" not in bank.rows(f"{page}?show=duplicate")
    alike = bank.rows(f"{page}?show=possible_duplicate")
    assert "Grocer" in alike
    assert "Wages" not in alike
    rejected = bank.rows(f"{page}?show=rejected")
    assert "“twelve” is not an amount." in rejected
    assert "Wages" in bank.rows(f"{page}?show=nonsense")


def test_rows_have_pages(bank: Uploader) -> None:
    page = bank.read(n26(*(("2026-03-02", f"Shop {number}", "-1.00") for number in range(60))))
    first = bank.visitor.get(page).text
    assert f'rel="next" href="{page}?show=new&amp;page=2"' in first
    second = bank.see(f"{page}?show=new&page=2")
    assert "Shop 55" in second
    assert "Shop 49" not in second
    assert "60 rows · page 2 of 2" in second


def test_nothing_new_is_said_plainly(bank: Uploader) -> None:
    bank.store(STATEMENT)
    page = bank.see(bank.read(STATEMENT))
    assert "All 3 rows are here already. There is nothing to import." in page
    assert "Import 3" not in page


def test_a_broken_running_balance_is_explained(bank: Uploader) -> None:
    mapping = {"date": "0", "description": "1", "money": "one", "amount": "2", "balance": "3"}
    mapping["positive_means"] = "in"
    rows = [("-1.00", "99.00"), ("-2.00", "97.00"), ("-3.00", "90.00"), ("-4.00", "86.00")]
    lines = [f"2026-04-{n + 10},Row,{a},{b}\n" for n, (a, b) in enumerate(rows)]
    page = bank.read("Date,Text,Amount,Balance\n" + "".join(lines))
    bank.post(f"{page}/mapping", mapping)
    bank.work(page)
    assert "The running balance in the file does not add up at line 4:" in bank.see(page)


def test_rows_can_go_to_another_account(bank: Uploader) -> None:
    savings = bank.visitor.open_account(name="Savings", currency="EUR")
    page = bank.read(STATEMENT)
    assert value_of(bank.visitor.get(page), "account_id") == str(bank.visitor.account())
    bank.post(page, {"account_id": savings})
    bank.work(page)
    assert "Savings" in bank.see(page)
    response = bank.visitor.post(page, {"account_id": "99999999"})
    assert response.status_code == 422
    assert error_of(response, "account_id")


def test_discarding_stores_nothing(bank: Uploader) -> None:
    page = bank.read(STATEMENT)
    bank.post(f"{page}/undo")
    assert "This file was discarded. Nothing of it was stored." in bank.see(page)
    assert "Nothing here yet" in bank.see("/transactions")


# Questions and columns


def test_questions_are_asked_with_nothing_chosen(bank: Uploader) -> None:
    page = bank.read(AMBIGUOUS)
    bank.post(
        f"{page}/mapping",
        {"date": "0", "description": "1", "money": "one", "amount": "2", "positive_means": "in"},
    )
    bank.work(page)
    asked = bank.visitor.get(page)
    assert "One question before the rows can be read." in words(asked)
    assert "DD/MM/YYYY: “02/03/2026” is 2 Mar 2026" in words(asked)
    assert asked.text.count('name="date_format"') == 2
    assert " checked" not in asked.text.partition('name="date_format"')[2].partition("</form>")[0]
    refused = bank.visitor.post(f"{page}/answers")
    assert refused.status_code == 422
    assert error_of(refused, "date_format") == "This is needed."
    assert bank.visitor.post(f"{page}/answers", {"date_format": "no"}).status_code == 422
    bank.post(f"{page}/answers", {"date_format": "MM/DD/YYYY"})
    bank.work(page)
    assert "3 Feb 2026 to 5 Apr 2026" in bank.see(page)


def test_an_unknown_file_leads_to_its_columns(bank: Uploader) -> None:
    page = bank.read(UNKNOWN)
    assert "Which column is which?" in bank.see(page)
    assert f'href="{page}/mapping"' in bank.visitor.get(page).text
    form = bank.visitor.get(f"{page}/mapping")
    assert "Posted — 2026-03-13" in words(form)
    assert value_of(form, "date") == "0"
    assert value_of(form, "money") == "words"
    assert value_of(form, "amount") == "3"
    assert value_of(form, "description") == "1"


def test_columns_are_read_as_chosen(bank: Uploader) -> None:
    page = bank.read(UNKNOWN)
    chosen = {"date": "0", "money": "words", "amount": "3", "direction": "2", "payee": "1"}
    bank.post(f"{page}/mapping", {**chosen, "out_words": "Debit, DR", "in_words": " Credit "})
    bank.work(page)
    shown = bank.see(page)
    assert "Read with your columns, 2 rows" in shown
    assert "+9,00" in shown
    form = bank.visitor.get(f"{page}/mapping")
    assert value_of(form, "out_words") == "Debit, DR"
    assert value_of(form, "payee") == "1"


def test_fields_of_another_way_to_write_amounts_do_not_count(bank: Uploader) -> None:
    page = bank.read("Day,What,Out,In\n2026-03-13,Tea,4.50,\n2026-03-14,Pay,,9.00\n")
    typed = {"date": "0", "description": ["1", ""], "money_out": "2", "money_in": "3"}
    bank.post(f"{page}/mapping", {**typed, "money": "two", "amount": "1", "direction": "1"})
    bank.work(page)
    assert "2 rows are new." in bank.see(page)


def test_faults_of_columns_stand_beside_their_field(bank: Uploader) -> None:
    page = bank.read(UNKNOWN)
    typed = {"date": "", "money": "words", "amount": "3", "direction": "2", "out_words": "Debit"}
    response = bank.visitor.post(f"{page}/mapping", {**typed, "in_words": "debit", "notes": "x"})
    assert response.status_code == 422
    assert error_of(response, "notes") == "Must be a column, counted from 0."
    response = bank.visitor.post(f"{page}/mapping", {**typed, "in_words": "debit"})
    assert error_of(response, "date") == "Say which column holds the date."
    assert error_of(response, "in_words") == "A word cannot mean both money out and money in."
    assert value_of(response, "out_words") == "Debit"
    assert value_of(response, "amount") == "3"


def test_columns_can_be_given_back_to_outlay(bank: Uploader) -> None:
    page = bank.read(STATEMENT)
    chosen = {"date": "1", "money": "one", "amount": "7", "positive_means": "in", "payee": "4"}
    bank.post(f"{page}/mapping", chosen)
    bank.work(page)
    assert "Presentment" in bank.rows(page)
    assert "Baker" not in bank.rows(page)
    assert "Let Outlay look again by itself" in bank.see(f"{page}/mapping")
    bank.post(f"{page}/mapping", {"forget": "yes"})
    bank.work(page)
    assert "Baker" in bank.rows(page)


def test_a_known_bank_keeps_what_only_it_has(bank: Uploader) -> None:
    """Mending one column of a recognised file must not lose the others."""
    page = bank.read(
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
        "CARD,Current,2026-03-01,2026-03-02,Tea,-4.50,0.50,EUR,COMPLETED,95.00\n"
        "CARD,Current,2026-03-02,2026-03-03,Cake,-5.00,0.00,EUR,PENDING,\n"
    )
    form = bank.visitor.get(f"{page}/mapping")
    names = (
        "date",
        "amount",
        "fee",
        "status",
        "booked_words",
        "product",
        "balance",
        "date_format",
        "decimal",
        "positive_means",
    )
    kept = {name: value_of(form, name) for name in names}
    assert None not in kept.values()
    before = bank.see(page)
    bank.post(f"{page}/mapping", {**kept, "money": "one", "description": "4", "currency": "7"})
    bank.work(page)
    after = bank.see(page)
    assert "1 row is new" in before
    assert "1 row is new" in after
    assert "5,00" in after


def test_a_file_of_two_hundred_columns_can_be_mapped(bank: Uploader) -> None:
    header = ",".join(f"Column {n}" for n in range(200))
    row = ",".join(["2026-03-02", "1.50", "Tea", *("x" for _ in range(197))])
    page = bank.read(f"{header}\n{row}\n{row}\n")
    assert "Column 199 — x" in words(bank.visitor.get(f"{page}/mapping"))
    bank.post(f"{page}/mapping", {"date": "0", "money": "one", "amount": "1", "payee": "2"})
    bank.work(page)
    assert "2 rows" in bank.see(page)


def test_a_finished_import_has_no_columns_to_choose(bank: Uploader) -> None:
    page = bank.store(STATEMENT)
    assert bank.visitor.get(f"{page}/mapping").location == page
    response = bank.visitor.post(f"{page}/mapping", {"date": "0"})
    assert response.status_code in {409, 422}


# Done, failed, undone


def test_done_says_whether_it_all_arrived(bank: Uploader) -> None:
    page = bank.store(STATEMENT)
    shown = bank.visitor.get(page)
    assert "Yes, it all arrived: 3 rows went into Main account." in words(shown)
    link = f"/transactions?import_id={page.rpartition('/')[2]}"
    assert f'href="{link}"' in shown.text
    assert "3 transactions match." in bank.see(link)


def test_rejected_rows_can_be_taken_along(bank: Uploader) -> None:
    page = bank.store(n26(BAKER, BROKEN))
    assert "1 row went into Main account. 1 could not be read." in bank.see(page)
    download = bank.visitor.get(f"{page}/rejected.csv")
    assert download.mimetype == "text/csv"
    assert "attachment" in download.headers["Content-Disposition"]
    assert download.text.splitlines()[0] == "line,row,reason"
    assert "“twelve” is not an amount." in download.text


def test_lookalikes_are_still_listed_when_they_are_stored(bank: Uploader) -> None:
    bank.store(n26(("2026-03-03", "Grocery store", "-1234.56")))
    page = bank.store(n26(GROCER, WAGES))
    shown = bank.see(f"{page}?show=possible_duplicate")
    assert "2 rows went into Main account." in shown
    assert "Compare them, and delete what is there twice." in shown
    assert "Grocer" in bank.rows(f"{page}?show=possible_duplicate")
    assert "Wages" not in shown


def test_undo_says_what_goes_and_keeps_what_was_changed(bank: Uploader) -> None:
    page = bank.store(STATEMENT)
    _change_a_row_of(bank, page)
    shown = bank.see(page)
    assert "2 rows of this import will go. 1 row that you changed since stays" in shown
    bank.post(f"{page}/undo")
    after = bank.see(page)
    assert "These rows are out of your books again." in after
    assert "1 row that you had changed stayed." in after
    assert "1 transaction so far." in bank.see("/transactions")
    bank.post(f"{page}/undo", {"edited": "delete"})
    assert "that you had changed" not in bank.see(page)
    assert "Nothing here yet" in bank.see("/transactions")


def test_undo_takes_all_when_told_to(bank: Uploader) -> None:
    page = bank.store(STATEMENT)
    _change_a_row_of(bank, page)
    bank.post(f"{page}/undo", {"edited": "delete"})
    assert "Nothing here yet" in bank.see("/transactions")
    assert "Taken back" in bank.see("/imports")


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(bank: Uploader) -> None:
    page = bank.read(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    shown = bank.see(page)
    assert "Nothing arrived: this file could not be taken in." in shown
    assert "This is a PNG picture, not a CSV file." in shown
    assert "Upload another file" in shown
    bank.post(f"{page}/retry")
    assert "Waiting for its turn" in bank.see(page)


def test_storing_that_failed_goes_on(bank: Uploader) -> None:
    page = bank.read(STATEMENT)
    bank.change(page, status="failed", reason="It was interrupted.", attempts=6)
    assert "It was interrupted." in bank.see(page)
    bank.post(f"{page}/retry")
    bank.work(page)
    assert "3 rows went into Main account." in bank.see(page)


def test_what_comes_too_late_is_said_and_changes_nothing(bank: Uploader) -> None:
    page = bank.store(STATEMENT)
    bank.post(f"{page}/commit")
    shown = bank.see(page)
    assert "Only an import that was read and not yet stored can be committed." in shown
    assert "3 rows went into Main account." in shown


# Others


@pytest.mark.parametrize("path", ["", "/mapping", "/rejected.csv"])
def test_imports_of_others_are_not_there(bank: Uploader, sam: Visitor, path: str) -> None:
    page = bank.read(STATEMENT)
    assert sam.get(page + path).status_code == 404


@pytest.mark.parametrize("path", ["", "/answers", "/commit", "/retry", "/undo", "/mapping"])
def test_nor_can_they_be_changed(bank: Uploader, sam: Visitor, path: str) -> None:
    page = bank.read(STATEMENT)
    account = sam.account()
    response = sam.post(page + path, {"account_id": account, "date": "0", "amount": "1"})
    message = "There is nothing here that you can see."
    assert response.status_code == 404 or message in words(sam.get("/"))
    assert "3 rows are new." in bank.see(page)


def test_imports_are_for_people_who_signed_in(stranger: Visitor) -> None:
    for path in ("/imports", "/imports/new", "/imports/1"):
        assert stranger.get(path).location.startswith("/sign-in")


def _change_a_row_of(bank: Uploader, page: str) -> None:
    rows = bank.visitor.get(f"/transactions?import_id={page.rpartition('/')[2]}").text
    found = re.search(r'href="(/transactions/\d+)"', rows)
    assert found
    form = bank.visitor.get(f"{found.group(1)}/edit")
    names = ("type", "date", "amount", "account_id", "version")
    fields = {name: value_of(form, name) for name in names}
    bank.post(found.group(1), {**fields, "description": "By hand"})


def test_rows_without_a_category_could_get_the_one_of_their_payee(bank: Uploader) -> None:
    mia = bank.visitor
    mia.add("5", payee="Baker", category_id=mia.category("Groceries"))
    page = bank.store(n26(BAKER, GROCER))
    assert "1 row could get a category" in words(mia.get(page))
    assert "Baker One transaction Groceries?" in words(mia.get("/categories/suggestions"))
