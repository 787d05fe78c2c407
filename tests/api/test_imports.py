"""Imports over the API: from a bank's file to rows, and back."""

import csv
import datetime as dt
import io
import zipfile
from collections import Counter
from typing import Any

import pytest

from tests.factories import statements
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.statements import Entries, Entry, simple

BREAD = ("2026-01-02", "Bread", "-3.50")
RENT = ("2026-01-01", "Rent", "-900.00")
SALARY = ("2026-01-28", "Salary", "2500.00")


class Importer:
    """Uploads and has the jobs done at once."""

    def __init__(self, api: Api, work: Work) -> None:
        self.api, self.work = api, work

    def read(self, content: bytes | str, **fields: Any) -> Body:
        """Upload a file and have it read; returns the import."""
        import_id = expect(202, self.api.upload(content, **fields))["id"]
        return self.after(import_id)

    def store(self, content: bytes | str, **fields: Any) -> Body:
        """Upload a file and have its rows stored without review."""
        done = self.read(content, commit="true", **fields)
        assert done["status"] == "done", done
        return done

    def commit(self, work: Body) -> Body:
        """Commit a reviewed import."""
        expect(202, self.api.post(f"/imports/{work['id']}/commit"))
        return self.after(work["id"])

    def patch(self, work: Body, **changes: Any) -> Body:
        """Say more of a file and have it read again."""
        expect(202, self.api.patch(f"/imports/{work['id']}", changes))
        return self.after(work["id"])

    def undo(self, work: Body, **query: str) -> Body:
        return expect(200, self.api.delete(f"/imports/{work['id']}", query_string=query))

    def after(self, import_id: int) -> Body:
        self.work()
        return self.api.read(f"/imports/{import_id}")


@pytest.fixture
def importer(api: Api, work: Work) -> Importer:
    return Importer(api, work)


def _counts(work: Body) -> tuple[int, int, int]:
    return work["rows_new"], work["rows_duplicate"], work["rows_rejected"]


def _descriptions(api: Api) -> list[str]:
    return [row["description"] for row in api.rows(sort="date")]


def _signed(row: Body) -> int:
    minor = int(row["amount"].replace(".", ""))
    return minor if row["type"] == "income" else -minor


def _stored(api: Api) -> Counter[tuple[str, str, int]]:
    return Counter(
        (row["date"], row["payee"] or row["description"], _signed(row)) for row in api.rows()
    )


def _expected(entries: Entries) -> Counter[tuple[str, str, int]]:
    return Counter((entry.date.isoformat(), entry.payee, entry.minor) for entry in entries)


# The layouts that are known


@pytest.mark.parametrize("layout", statements.LAYOUTS)
def test_a_known_layout_is_stored_to_the_cent(importer: Importer, layout: str) -> None:
    entries = statements.entries(60)
    entries += [entries[-1]]  # two equal purchases on one day are two
    work = importer.read(statements.LAYOUTS[layout](entries))
    assert (work["status"], work["questions"], _counts(work)[0]) == ("review", [], 61), work
    assert work["reading"]["layout"] == layout
    assert work["read_as"].startswith("Read as ")
    assert importer.api.rows() == []
    done = importer.commit(work)
    assert (done["status"], _counts(done)[:2], done["progress"]) == ("done", (61, 0), 1)
    assert _stored(importer.api) == _expected(entries)
    assert importer.api.balance() == statements.point(statements.total(entries))


@pytest.mark.parametrize("layout", statements.LAYOUTS)
def test_the_months_come_out_right(importer: Importer, layout: str) -> None:
    entries = statements.entries(60, seed=2)
    importer.store(statements.LAYOUTS[layout](entries))
    for (year, month), (spent, received, count) in statements.months(entries).items():
        totals = importer.api.read("/reports/monthly", year=year, month=month)["totals"]
        assert totals["spent"] == statements.point(spent)
        assert totals["received"] == statements.point(received)
        assert totals["count"] == count


def test_a_row_of_a_day_to_come_is_kept_with_the_reason(importer: Importer) -> None:
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)  # wherever somebody is
    work = importer.read(simple(BREAD, (tomorrow.isoformat(), "Rent", "-900.00")))
    assert _counts(work) == (1, 0, 1)
    assert [error["line"] for error in work["errors"]] == [3]
    assert f"{tomorrow.isoformat()} has not come yet" in work["errors"][0]["reason"]


@pytest.mark.parametrize("layout", statements.LAYOUTS)
def test_the_same_file_again_adds_nothing(importer: Importer, layout: str) -> None:
    content = statements.LAYOUTS[layout](statements.entries(20))
    importer.store(content)
    before = importer.api.rows()
    again = importer.read(content)
    assert _counts(again)[:2] == (0, 20)
    importer.commit(again)
    assert importer.api.rows() == before


def test_the_category_that_a_file_names_is_found_or_made(importer: Importer) -> None:
    entries = [
        Entry(dt.date(2026, 1, 1), "Bread", -350, "Food / Groceries"),
        Entry(dt.date(2026, 1, 2), "Tea", -200, "groceries"),
        Entry(dt.date(2026, 1, 3), "Rope", -900, "Sports / Climbing"),
        Entry(dt.date(2026, 1, 4), "Odd", -1, ""),
    ]
    importer.store(statements.outlay(entries))
    paths = {row["description"]: row["category_id"] for row in importer.api.rows()}
    assert paths["Bread"] == paths["Tea"] == importer.api.starter("Groceries")
    assert paths["Rope"] == importer.api.starter("Climbing")
    assert paths["Odd"] is None


# Twins, overlaps, lookalikes


def test_twins_stay_two(importer: Importer) -> None:
    importer.store(simple(BREAD, BREAD))
    assert _descriptions(importer.api) == ["Bread", "Bread"]
    third = importer.store(simple(BREAD, BREAD, BREAD))
    assert _counts(third)[:2] == (1, 2)
    assert importer.api.balance() == "-10.50"


def test_overlapping_periods(importer: Importer) -> None:
    entries = statements.entries(40)
    importer.store(statements.n26(entries[:25]))
    second = importer.store(statements.n26(entries[15:]))
    assert _counts(second)[:2] == (15, 10)
    assert _stored(importer.api) == _expected(entries)


def test_the_same_rows_in_two_accounts_are_not_duplicates(importer: Importer) -> None:
    content = statements.n26(statements.entries(5))
    wallet = importer.api.add("/accounts", name="Wallet")["id"]
    importer.store(content, account_id=importer.api.person.account_id)
    assert _counts(importer.store(content, account_id=wallet))[:2] == (5, 0)


def test_the_same_payment_in_other_words_is_flagged_and_kept(importer: Importer) -> None:
    importer.api.spend("3.50", date="2026-01-04", description="bread, by hand")
    work = importer.read(simple(BREAD, RENT))
    assert (_counts(work), work["rows_possible_duplicate"]) == ((2, 0, 0), 1)
    (flagged,) = importer.api.rows(f"/imports/{work['id']}/rows", status="possible_duplicate")
    assert (flagged["description"], flagged["status"]) == ("Bread", "new")
    importer.commit(work)
    assert len(importer.api.rows()) == 3


def test_what_is_too_far_away_is_not_flagged(importer: Importer) -> None:
    importer.api.spend("3.50", date="2026-01-06", description="bread, by hand")
    importer.api.spend("3.51", date="2026-01-02", description="other amount")
    importer.api.earn("3.50", date="2026-01-02", description="other way")
    assert importer.read(simple(BREAD))["rows_possible_duplicate"] == 0


def test_two_reviews_of_one_file_store_it_once(importer: Importer) -> None:
    first, second = (importer.read(simple(BREAD, RENT)) for _ in range(2))
    importer.commit(first)
    late = importer.commit(second)
    assert _counts(late)[:2] == (0, 2)
    assert len(importer.api.rows()) == 2


# Undo


def test_undo_takes_everything_back(importer: Importer) -> None:
    importer.api.earn("100", date="2026-01-05")
    done = importer.store(simple(BREAD, RENT, SALARY))
    assert importer.undo(done)["status"] == "undone"
    assert (len(importer.api.rows()), importer.api.balance()) == (1, "100.00")
    totals = importer.api.read("/reports/monthly", year=2026, month=1)["totals"]
    assert (totals["spent"], totals["received"], totals["count"]) == ("0.00", "100.00", 1)


def test_undo_keeps_what_was_edited_unless_told_otherwise(importer: Importer) -> None:
    done = importer.store(simple(BREAD, RENT))
    bread = next(row for row in importer.api.rows() if row["description"] == "Bread")
    importer.api.patch(f"/transactions/{bread['id']}", {"notes": "for the party"})
    importer.undo(done)
    assert _descriptions(importer.api) == ["Bread"]
    assert importer.api.balance() == "-3.50"
    importer.undo(done, edited="delete")
    assert (_descriptions(importer.api), importer.api.balance()) == ([], "0.00")


def test_undo_twice_changes_nothing(importer: Importer) -> None:
    done = importer.store(simple(BREAD))
    first, second = importer.undo(done), importer.undo(done)
    assert first["status"] == second["status"] == "undone"
    assert importer.api.balance() == "0.00"


def test_undo_before_anything_is_stored(importer: Importer) -> None:
    work = importer.read(simple(BREAD))
    assert importer.undo(work)["status"] == "undone"
    problem(409, importer.api.post(f"/imports/{work['id']}/commit"))
    assert importer.api.rows() == []


def test_after_an_undo_the_file_can_be_imported_again(importer: Importer) -> None:
    importer.undo(importer.store(simple(BREAD, RENT)))
    assert _counts(importer.store(simple(BREAD, RENT)))[:2] == (2, 0)
    assert importer.api.balance() == "-903.50"


def test_deleted_rows_come_back_with_their_file(importer: Importer) -> None:
    importer.store(simple(BREAD, RENT))
    bread = next(row for row in importer.api.rows() if row["description"] == "Bread")
    importer.api.delete(f"/transactions/{bread['id']}")
    assert _counts(importer.store(simple(BREAD, RENT)))[:2] == (1, 1)
    assert importer.api.balance() == "-903.50"


def test_an_edited_row_is_still_known(importer: Importer) -> None:
    importer.store(simple(BREAD))
    (bread,) = importer.api.rows()
    change = {"description": "Brezel", "amount": "4.00", "date": "2026-02-02"}
    importer.api.patch(f"/transactions/{bread['id']}", change)
    assert _counts(importer.read(simple(BREAD)))[:2] == (0, 1)


# Questions


def test_a_day_or_a_month_is_asked(importer: Importer) -> None:
    content = "Date,Text,Amount\n01/02/2026,Bread,-3.50\n03/04/2026,Rent,-900.00\n"
    mapping = {"date": 0, "description": [1], "amount": 2}
    work = importer.read(content, mapping=mapping)
    questions = {one["field"]: [c["value"] for c in one["choices"]] for one in work["questions"]}
    assert set(questions["date_format"]) == {"DD/MM/YYYY", "MM/DD/YYYY"}
    problem(409, importer.api.post(f"/imports/{work['id']}/commit"))
    answers = {"date_format": "DD/MM/YYYY"}
    if "positive_means" in questions:
        answers["positive_means"] = "in"
    answered = importer.patch(work, answers=answers)
    assert (answered["questions"], answered["rows_new"]) == ([], 2), answered
    importer.commit(answered)
    assert [row["date"] for row in importer.api.rows(sort="date")] == ["2026-02-01", "2026-04-03"]


@pytest.mark.parametrize(
    "answers", [{"date_format": "nonsense"}, {"nothing": "asked"}, {"columns": "0"}]
)
def test_what_is_no_answer(importer: Importer, answers: dict[str, str]) -> None:
    content = "Date,Text,Amount\n01/02/2026,Bread,-3.50\n"
    work = importer.read(content, mapping={"date": 0, "description": [1], "amount": 2})
    response = importer.api.patch(f"/imports/{work['id']}", {"answers": answers})
    refused(response, *(f"answers.{name}" for name in answers))


def test_an_unknown_file_gets_a_mapping(importer: Importer) -> None:
    content = "Wann;Was;Wieviel\n2026-01-02;Brot;-3,50\n2026-01-28;Lohn;2500,00\n"
    work = importer.read(content)
    assert work["status"] == "review"
    assert work["questions"][0]["field"] == "columns"
    problem(409, importer.api.post(f"/imports/{work['id']}/commit"))
    mapped = importer.patch(
        work, mapping={"date": 0, "description": [1], "amount": 2, "positive_means": "in"}
    )
    assert (mapped["questions"], _counts(mapped)) == ([], (2, 0, 0)), mapped
    importer.commit(mapped)
    assert importer.api.balance() == "2496.50"


@pytest.mark.parametrize(
    "mapping",
    [
        {}, {"date": 0}, {"date": -1, "amount": 1}, {"date": 0, "amount": "1"}, {"date": True},
        {"date": 0, "amount": 1, "decimal": "x"}, {"date": 0, "amount": 1, "nonsense": 1},
        {"date": 0, "amount": 1, "description": "1"}, {"date": 2**70, "amount": 1},
        {"date": 0, "amount": 1, "direction": 2}, {"date": 0, "amount": 1, "\ud800": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_mapping(importer: Importer, mapping: Body) -> None:
    response = importer.api.upload(simple(BREAD), mapping=mapping)
    body = problem(422, response)
    assert body["errors"]
    assert all(name.startswith("mapping") for name in body["errors"])


@pytest.mark.parametrize("mapping", ["[]", "5", "nonsense", "null", '"x"', "[" * 100_000])
def test_what_is_no_object(importer: Importer, mapping: str) -> None:
    refused(importer.api.upload(simple(BREAD), mapping=mapping), "mapping")


def test_a_mapping_beyond_the_columns_asks_again(importer: Importer) -> None:
    work = importer.read("a,b\n1,2\n3,4\n", mapping={"date": 0, "amount": 99})
    assert work["status"] in {"review", "failed"}
    assert work["rows_new"] == 0
    assert work["questions"] or work["reason"]


# Rows that cannot be taken


def _with_faults() -> str:
    return simple(
        BREAD, ("2026-02-30", "No such day", "-1.00"), ("2026-01-05", "No amount", "x"),
        ("", "No date", "-1.00"), ("2026-01-06", "Too fine", "-1.234"), RENT,
    )  # fmt: skip


def test_rejected_rows_keep_their_line_and_reason(importer: Importer) -> None:
    work = importer.read(_with_faults())
    assert _counts(work) == (2, 0, 4), work
    assert [one["line"] for one in work["errors"]] == [3, 4, 5, 6]
    assert all(one["reason"] and one["raw"] for one in work["errors"])
    assert "No such day" in work["errors"][0]["raw"]
    done = importer.commit(work)
    assert (done["status"], _counts(done)) == ("done", (2, 0, 4))
    assert [one["line"] for one in done["errors"]] == [3, 4, 5, 6]


def test_rejected_rows_come_back_as_a_file(importer: Importer) -> None:
    done = importer.store(_with_faults())
    response = importer.api.get(f"/imports/{done['id']}/rejected.csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    header, *rows = csv.reader(io.StringIO(response.text))
    assert header[-1] == "reason"
    assert [row[0] for row in rows] == ["3", "4", "5", "6"]
    assert all(row[-1] for row in rows)


def test_ragged_rows(importer: Importer) -> None:
    content = simple(BREAD) + "2026-01-03\n\n2026-01-04,Tea,-2.00,EUR,,,extra,cells\n"
    work = importer.read(content)
    assert (work["rows_new"], work["rows_total"]) == (1, 1 + work["rows_rejected"])
    assert work["rows_rejected"] == 2, work


def test_another_currency_than_the_accounts_is_rejected(importer: Importer) -> None:
    content = "date,description,amount,currency,category,account\n2026-01-02,Ramen,-950,JPY,,\n"
    work = importer.read(content)
    assert _counts(work) == (0, 0, 1)
    assert "JPY" in work["errors"][0]["reason"]


def test_a_whole_file_in_another_currency(caller: Caller, work: Work) -> None:
    importer = Importer(caller(currency="USD"), work)
    read = importer.read(statements.n26(statements.entries(3)))
    assert _counts(read) == (0, 0, 3) or read["status"] == "failed"
    assert importer.api.rows() == []


# Files that are none


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("statement.csv", b"\0" * 5_000_000)
    return packed.getvalue()


NO_STATEMENTS = {
    "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "zip": _zip(),
    "pdf": b"%PDF-1.7\n" + bytes(range(256)) * 4,
    "nothing but NULs": b"\0" * 5000,
    "blank lines": b"\n\n\n\n",
    "one word": b"hello",
    "a header only": b"date,description,amount,currency,category,account\n",
    "random": bytes(range(255, 0, -1)) * 50,
    "html": b"<!DOCTYPE html><html><body><p>Session expired</p></body></html>",
    "json": b'{"transactions": []}',
}


@pytest.mark.parametrize("kind", NO_STATEMENTS)
def test_what_is_no_statement_is_refused_with_a_reason(importer: Importer, kind: str) -> None:
    work = importer.read(NO_STATEMENTS[kind])
    if work["status"] == "failed":
        assert len(work["reason"]) > 10
    else:
        assert (work["status"], work["rows_new"]) == ("review", 0)
        assert work["questions"]
    assert importer.api.rows() == []
    assert _counts(importer.store(simple(BREAD)))[0] == 1  # and the worker is alive


def test_an_empty_file(importer: Importer) -> None:
    refused(importer.api.upload(b""), "file")


def test_no_file_at_all(importer: Importer) -> None:
    response = importer.api.post("/imports", data={}, content_type="multipart/form-data")
    refused(response, "file")
    refused(importer.api.post("/imports"), "file")


def test_a_cell_of_a_megabyte(importer: Importer) -> None:
    work = importer.read(simple(BREAD, ("2026-01-03", "x" * 1_000_000, "-1.00"), RENT))
    assert work["status"] in {"review", "failed"}
    if work["status"] == "review":
        assert (work["rows_new"], work["rows_rejected"]) == (2, 1), work["read_as"]
        assert len(work["errors"][0]["raw"]) < 10_000


def test_nuls_in_a_file(importer: Importer) -> None:
    work = importer.read(simple(BREAD).encode() + b"2026-01-03,a\0b,-1.00,EUR,,\n")
    assert work["status"] in {"review", "failed"}
    if work["status"] == "review":
        importer.commit(work)
        assert all("\0" not in row["description"] for row in importer.api.rows())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings(importer: Importer, encoding: str) -> None:
    content = simple(("2026-01-02", "Bäckerei Müller", "-3.50"))
    importer.store(content.encode(encoding))
    assert _descriptions(importer.api) == ["Bäckerei Müller"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00b.csv", "x" * 300 + ".csv", "ümläut 😀.csv", "<b>.csv", " "]
)
def test_a_strange_name_of_a_file(importer: Importer, name: str) -> None:
    response = importer.api.upload(simple(BREAD), name=name)
    assert response.status_code in {202, 422}
    if response.status_code == 202:
        assert "/" not in response.get_json()["filename"]
        assert importer.after(response.get_json()["id"])["rows_new"] == 1


# Uploading


def test_where_it_is_to_be_found(importer: Importer) -> None:
    response = importer.api.upload(simple(BREAD))
    work = expect(202, response)
    assert response.headers["Location"] == f"/api/imports/{work['id']}"
    assert (work["status"], work["progress"], work["finished_at"]) == ("queued", 0, None)
    assert work["filename"] == "statement.csv"


def test_imports_are_listed_newest_first(importer: Importer) -> None:
    ids = [importer.read(simple(BREAD))["id"] for _ in range(3)]
    page = importer.api.read("/imports", per_page=2)
    assert [one["id"] for one in page["items"]] == [ids[2], ids[1]]
    assert (page["total"], page["pages"]) == (3, 2)


def test_a_key_makes_an_upload_once(importer: Importer) -> None:
    for _ in range(2):
        response = importer.api.upload(
            simple(BREAD), headers={"Idempotency-Key": "key"}, commit="true"
        )
        expect(202, response)
        importer.work()
    assert (len(importer.api.read("/imports")["items"]), importer.api.balance()) == (1, "-3.50")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account_id", "0"), ("account_id", "x"), ("account_id", str(2**63)),
        ("account_id", str(10**12)), ("profile", "no-such-bank"), ("commit", "perhaps"),
        ("color", "red"), ("profile", "x" * 41),
    ],
)  # fmt: skip
def test_what_no_upload_can_be(importer: Importer, field: str, value: str) -> None:
    fields: Body = {field: value}
    refused(importer.api.upload(simple(BREAD), **fields), field)
    assert importer.api.read("/imports")["items"] == []


def test_a_profile_that_does_not_fit(importer: Importer) -> None:
    work = importer.read(simple(BREAD), profile="dkb")
    assert work["status"] in {"failed", "review"}
    assert work["rows_new"] == 0


def test_with_several_accounts_one_has_to_be_named(importer: Importer) -> None:
    importer.api.add("/accounts", name="Wallet")
    refused(importer.api.upload(simple(BREAD)), "account_id")


def test_an_archived_account_takes_no_file(importer: Importer) -> None:
    wallet = importer.api.add("/accounts", name="Wallet")["id"]
    importer.api.patch(f"/accounts/{wallet}", {"archived": True})
    refused(importer.api.upload(simple(BREAD), account_id=wallet), "account_id")


def test_another_persons_account_is_answered_like_a_missing_one(
    importer: Importer, other: Api
) -> None:
    said = [
        refused(importer.api.upload(simple(BREAD), account_id=account_id), "account_id")["errors"]
        for account_id in (other.person.account_id, 10**12)
    ]
    assert said[0] == said[1]
    mine = importer.read(simple(BREAD))
    response = importer.api.patch(f"/imports/{mine['id']}", {"account_id": other.person.account_id})
    refused(response, "account_id")


def test_another_persons_import_is_not_there(importer: Importer, other: Api) -> None:
    work = importer.read(simple(BREAD))
    path = f"/imports/{work['id']}"
    for response in (
        other.get(path), other.get(f"{path}/rows"), other.get(f"{path}/rejected.csv"),
        other.patch(path, {"answers": {}}), other.post(f"{path}/commit"), other.delete(path),
    ):  # fmt: skip
        problem(404, response)
    assert other.read("/imports")["items"] == []
    assert importer.api.read(path)["status"] == "review"
    problem(404, importer.api.upload(simple(BREAD), query=f"?ledger_id={other.person.ledger_id}"))


# The preview


def test_the_preview_pages_in_file_order(importer: Importer) -> None:
    work = importer.read(statements.n26(statements.entries(25)))
    path = f"/imports/{work['id']}/rows"
    whole = importer.api.read(path, per_page=200)
    lines = [row["line"] for row in whole["items"]]
    assert lines == list(range(2, 27))
    assert [row["line"] for row in importer.api.rows(path, per_page=4)] == lines
    numbered = importer.api.read(path, per_page=10, page=3)
    assert [row["line"] for row in numbered["items"]] == lines[20:]
    assert numbered["total"] == 25


def test_the_preview_shows_what_will_be_stored(importer: Importer) -> None:
    work = importer.read(_with_faults())
    path = f"/imports/{work['id']}/rows"
    bread = importer.api.rows(path, status="new")[0]
    assert (bread["date"], bread["type"], bread["amount"], bread["currency"]) == (
        "2026-01-02", "expense", "3.50", "EUR",
    )  # fmt: skip
    faulty = importer.api.rows(path, status="rejected")[0]
    assert (faulty["line"], faulty["amount"], faulty["date"]) == (3, None, None)
    refused(importer.api.get(path, query_string={"status": "x"}), "status")
    refused(importer.api.get(path, query_string={"cursor": "x"}), "cursor")


# What may be done when


def _queued(importer: Importer) -> Body:
    return expect(202, importer.api.upload(simple(BREAD)))


def _done(importer: Importer) -> Body:
    return importer.store(simple(BREAD))


def _failed(importer: Importer) -> Body:
    return importer.read(NO_STATEMENTS["png"])


def _undone(importer: Importer) -> Body:
    return importer.undo(importer.store(simple(BREAD)))


def _committing(importer: Importer) -> Body:
    work = importer.read(simple(BREAD))
    return expect(202, importer.api.post(f"/imports/{work['id']}/commit"))


@pytest.mark.parametrize(
    ("state", "refuses"),
    [
        (_queued, "patch commit delete"), (_committing, "patch commit delete"),
        (_done, "patch commit"), (_failed, "commit"), (_undone, "patch commit"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_status_is_a_conflict(
    importer: Importer, state: Any, refuses: str
) -> None:
    work = state(importer)
    path = f"/imports/{work['id']}"
    calls: dict[str, Any] = {
        "patch": lambda: importer.api.patch(path, {"profile": "n26"}),
        "commit": lambda: importer.api.post(f"{path}/commit"),
        "delete": lambda: importer.api.delete(path),
    }
    for name in refuses.split():
        problem(409, calls[name]())
    assert importer.api.read(path)["status"] == work["status"]
    importer.work()


def test_a_failed_import_can_be_told_more(importer: Importer) -> None:
    failed = _failed(importer)
    again = importer.patch(failed, profile="n26")
    assert (again["status"], again["id"]) == ("failed", failed["id"])
    assert importer.undo(failed)["status"] == "undone"


def test_an_account_can_be_changed_before_the_commit(importer: Importer) -> None:
    work = importer.read(statements.n26(statements.entries(3)))
    wallet = importer.api.add("/accounts", name="Wallet")["id"]
    moved = importer.patch(work, account_id=wallet)
    importer.commit(moved)
    assert {row["account_id"] for row in importer.api.rows()} == {wallet}
    assert importer.api.balance() == "0.00"


def test_rows_of_an_import_can_be_listed(importer: Importer) -> None:
    importer.api.spend("1")
    done = importer.store(simple(BREAD, RENT))
    assert len(importer.api.rows(import_id=done["id"])) == 2


def test_an_account_with_an_import_cannot_be_deleted(importer: Importer) -> None:
    importer.read(simple(BREAD))
    problem(409, importer.api.delete(f"/accounts/{importer.api.person.account_id}"))


# Files of several accounts


def test_a_file_of_one_account_goes_where_it_is_uploaded(importer: Importer) -> None:
    entries = statements.entries(3)
    work = importer.read(statements.outlay(entries, account="Giro at the bank"))
    assert (work["questions"], work["rows_new"]) == ([], 3)
    assert "Giro at the bank" in work["reading"]["note"]


@pytest.mark.parametrize(("answer", "accounts"), [("open", 3), ("one", 1)])
def test_unknown_accounts_are_asked_about(importer: Importer, answer: str, accounts: int) -> None:
    header = "date,description,amount,currency,category,account\n"
    rows = "2026-01-01,a,-1.00,EUR,,Main account\n2026-01-02,b,-2.00,EUR,,Savings\n"
    work = importer.read(header + rows + "2026-01-03,c,-4.00,EUR,,Wallet\n")
    assert [one["field"] for one in work["questions"]] == ["accounts"]
    problem(409, importer.api.post(f"/imports/{work['id']}/commit"))
    importer.commit(importer.patch(work, answers={"accounts": answer}))
    found = {one["name"]: one["balance"] for one in importer.api.read("/accounts")["items"]}
    assert len(found) == accounts
    assert found["Main account"] == ("-1.00" if answer == "open" else "-7.00")


def test_one_unknown_account_among_known_ones_is_asked_about(importer: Importer) -> None:
    header = "date,description,amount,currency,category,account\n"
    rows = "2026-01-01,a,-1.00,EUR,,Main account\n2026-01-02,b,-2.00,EUR,,Savings\n"
    assert [one["field"] for one in importer.read(header + rows)["questions"]] == ["accounts"]
