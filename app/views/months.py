"""How a month went: the answer in a sentence, the figures, where it went, and what came last."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from app.controllers import reports, transactions
from app.core.paging import PageRequest
from app.models.reports import CategoryLine, CurrencyMonth
from app.models.transaction_lists import Filters
from app.policies import Permission, needs
from app.schemas.fields import EARLIEST, LATEST
from app.schemas.reports import MonthQuery
from app.views.acting import actor, is_htmx
from app.views.books import Books, by_day, people_of
from app.views.current_ledger import about
from app.views.formatting import today
from app.views.forms import Form
from app.views.transactions import fresh_form

blp = about(Blueprint("months", __name__))

NEWEST = 10
COLOURS = 6
"""How many categories a picture shows by themselves; the others are one part of it."""
OTHERS_COLOUR = "#8a94a6"
_YEAR = f"int(min={EARLIEST.year},max={LATEST.year})"


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a page needs it: its days, and its neighbours where there are such pages."""

    first: dt.date
    last: dt.date
    before: dt.date
    previous: dt.date | None
    next: dt.date | None
    is_present: bool

    @classmethod
    def of(cls, first: dt.date) -> "Month":
        """Return the month that begins on ``first``."""
        after = (first + dt.timedelta(days=31)).replace(day=1)
        before = (first - dt.timedelta(days=1)).replace(day=1)
        return cls(
            first=first,
            last=after - dt.timedelta(days=1),
            before=before,
            previous=before if before >= EARLIEST else None,
            next=after if after <= LATEST else None,
            is_present=first == today().replace(day=1),
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the picture of a month's spending; ``amount`` in minor units."""

    name: str
    amount: int
    color: str


@blp.get("/")
@needs(Permission.SEE)
def index() -> str:
    """Show the present month."""
    return _page(today().replace(day=1))


@blp.get(f"/months/<{_YEAR}:year>/<int(min=1,max=12):month>")
@needs(Permission.SEE)
def show(year: int, month: int) -> str:
    """Show a month."""
    return _page(dt.date(year, month, 1))


def _page(first: dt.date) -> str:
    month = Month.of(first)
    alone = _is_alone()
    report = reports.monthly(actor(), year=first.year, month=first.month, category_only=alone)
    books = Books.of(actor())
    day = today() if month.is_present else month.last
    return render_template(
        "months/show.html",
        month=month,
        report=report,
        alone=alone,
        above={line.id: line.name for line in report.main.categories} if alone else {},
        slices={one.currency: slices(one) for one in (report.main, *report.others)},
        books=books,
        form=fresh_form(books, {"date": day.isoformat()}),
        is_refreshed=is_htmx(),
        **_newest(month),
    )


def _is_alone() -> bool:
    """Whether the address asks for each category by itself, without those below it."""
    asked = Form(MonthQuery(only=("category_only",))).load(request.args)
    return bool(asked and asked["category_only"])


def _newest(month: Month) -> dict[str, Any]:
    filters = Filters(date_from=month.first, date_to=month.last)
    page = transactions.list_page(actor(), filters=filters, request=PageRequest(per_page=NEWEST))
    return {
        "days": by_day(actor(), page.items, filters),
        "people": people_of(actor(), page.items),
        "total": page.total,
    }


def slices(month: CurrencyMonth) -> list[Slice]:
    """Return a month's spending as parts of a picture, the largest first, the rest as one."""
    lines = [line for line in month.lines("expense") if line.amount]
    shown = [Slice(line.name, line.amount, line.color) for line in lines[:COLOURS]]
    rest = lines[COLOURS:]
    return [*shown, Slice(_rest_name(rest), _sum(rest), OTHERS_COLOUR)] if rest else shown


def _rest_name(rest: list[CategoryLine]) -> str:
    return rest[0].name if len(rest) == 1 else f"{len(rest)} others"


def _sum(lines: list[CategoryLine]) -> int:
    return sum(line.amount for line in lines)
