"""How a month went."""

import re

import pytest

from app.models.reports import CategoryLine, CurrencyMonth, Figures
from app.views.months import COLOURS, slices
from tests.views.conftest import Queries, Visit
from tests.views.visitors import Visitor, value_of, words


def _two_months(visitor: Visitor) -> None:
    visitor.add("120,00", date="2026-02-10", category_id=visitor.category("Groceries"))
    visitor.add("980,00", date="2026-03-01", category_id=visitor.category("Rent"))
    visitor.add("20,50", date="2026-03-10", category_id=visitor.category("Groceries"))
    visitor.add("9,50", date="2026-03-11", category_id=visitor.category("Restaurants"))
    visitor.add(
        "3.245,00", type="income", date="2026-03-31", category_id=visitor.category("Salary")
    )


def test_the_answer_is_one_sentence(mia: Visitor) -> None:
    _two_months(mia)
    assert (
        "You spent 1.010,00 € and received 3.245,00 € in March: 2.235,00 € left over,"
        " 890,00 € more spending than in February."
    ) in words(mia.get("/months/2026/3"))


def test_each_category_by_itself_leads_to_its_own_rows(mia: Visitor) -> None:
    mia.add("20,50", date="2026-03-10", category_id=mia.category("Food"))
    mia.add("9,50", date="2026-03-11", category_id=mia.category("Groceries"))
    page = mia.get("/months/2026/3?category_only=true")
    assert "Groceries Food 9,50" in words(page)
    assert 'href="/months/2026/4?category_only=true"' in page.text
    found = re.search(r'href="(/transactions\?category_id=[^"]*)">Food<', page.text)
    assert found
    rows = mia.get(found[1].replace("&amp;", "&"))
    assert "1 transaction matches." in words(rows)
    assert re.search(r'name="category_only" value="true" checked', rows.text)


def test_more_went_out_than_came_in(mia: Visitor) -> None:
    _two_months(mia)
    assert (
        "You spent 120,00 € and received 0,00 € in February: 120,00 € more went out than came in."
    ) in words(mia.get("/months/2026/2"))


def test_the_present_month_is_compared_so_far(mia: Visitor) -> None:
    mia.add("5")
    assert "you have spent 5,00 € and received 0,00 €" in words(mia.get("/"))


def test_categories_are_added_up_with_the_month_before(mia: Visitor) -> None:
    _two_months(mia)
    text = words(mia.get("/months/2026/3"))
    assert re.search(r"Food 30,00 € -90,00 € 120,00 € -90,00 €", text)
    assert re.search(r"Groceries 20,50 € -99,50 € 120,00 € -99,50 €", text)
    assert re.search(r"Home 980,00 € \+980,00 € 0,00 € \+980,00 €", text)
    assert "Home is the largest part: 97 %." in text


def test_a_category_leads_to_its_rows_of_the_month(mia: Visitor) -> None:
    _two_months(mia)
    page = mia.get("/months/2026/3").text
    link = re.search(r'href="(/transactions\?[^"]+)">Food<', page)
    assert link
    found = words(mia.get(link.group(1).replace("&amp;", "&")))
    assert "2 transactions match." in found


def test_other_currencies_stand_beside_it(mia: Visitor) -> None:
    _two_months(mia)
    dollars = mia.open_account(name="Dollars", currency="USD")
    mia.add("49,99", date="2026-03-12", account_id=dollars, category_id=mia.category("Travel"))
    text = words(mia.get("/months/2026/3"))
    assert "You spent 1.010,00 €" in text
    assert "In USD 49,99 $ out, 0,00 $ in" in text


def test_an_empty_month_says_what_to_do(mia: Visitor) -> None:
    text = words(mia.get("/months/2020/1"))
    assert "Nothing is recorded in January." in text
    assert "Upload a statement" in text
    assert "Add by hand" in text


@pytest.mark.parametrize("path", ["1899/12", "2201/1", "2026/0", "2026/13", "2026/x", "-1/1"])
def test_months_that_are_none(mia: Visitor, path: str) -> None:
    assert mia.get(f"/months/{path}").status_code == 404


def test_months_have_neighbours_up_to_the_edges(mia: Visitor) -> None:
    def neighbours(path: str) -> list[str]:
        page = mia.get(path).text
        return re.findall(r'href="(/months/[^"]+)" rel="(?:prev|next)"', page)

    assert neighbours("/months/2026/1") == ["/months/2025/12", "/months/2026/2"]
    assert neighbours("/months/1900/1") == ["/months/1900/2"]
    assert neighbours("/months/2200/12") == ["/months/2200/11"]


def test_the_short_form_starts_in_the_month_that_is_shown(mia: Visitor) -> None:
    assert value_of(mia.get("/months/2024/2"), "date") == "2024-02-29"


def test_the_month_is_the_one_where_the_person_lives(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime as dt

    from app.core import clock

    ahead, behind = visit(timezone="Pacific/Kiritimati"), visit(timezone="Pacific/Pago_Pago")
    now = dt.datetime.now(dt.UTC).replace(day=1, hour=0, minute=30)
    monkeypatch.setattr(clock, "now", lambda: now)
    this = dt.date(now.year, now.month, 1)
    before = this - dt.timedelta(days=1)
    assert f"<h1>{this:%B %Y}</h1>" in ahead.get("/").text
    assert f"<h1>{before:%B %Y}</h1>" in behind.get("/").text


def test_a_month_costs_the_same_number_of_queries_however_much_is_in_it(
    mia: Visitor, queries: Queries
) -> None:
    mia.add("1", date="2026-03-02")
    with queries() as few:
        mia.get("/months/2026/3")
    _two_months(mia)
    with queries() as many:
        mia.get("/months/2026/3")
    assert len(few) == len(many) <= 9


@pytest.mark.parametrize(("count", "parts"), [(1, 1), (6, 6), (7, 7), (12, 7)])
def test_a_picture_has_at_most_six_colours_and_the_rest(count: int, parts: int) -> None:
    lines = [
        CategoryLine(
            number, None, f"C{number}", "expense", "#112233", "tag", amount=100 - number, count=1
        )
        for number in range(count)
    ]
    total = sum(line.amount for line in lines)
    found = slices(CurrencyMonth("EUR", Figures(spent=total), Figures(), lines))
    assert len(found) == parts <= COLOURS + 1
    assert sum(part.amount for part in found) == total
    assert found[0].amount == 100
