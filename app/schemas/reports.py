"""Reports as outside data."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from marshmallow import Schema, fields, validate

from app.core.money import decimal_string, digits
from app.models.reports import CategoryLine, CurrencyMonth, Figures, MonthlyReport
from app.schemas.base import LedgerQuery

Tree = Iterable[tuple[dict[str, Any], int]]
"""Items with their depth, 0 at the top, and what is below an item right behind it."""


class MonthQuery(LedgerQuery):
    """Which month; with ``category_only`` each category by itself, without those below it."""

    year = fields.Integer(required=True, validate=validate.Range(1900, 2200))
    month = fields.Integer(required=True, validate=validate.Range(1, 12))
    category_only = fields.Boolean(load_default=False)


class FiguresSchema(Schema):
    """What came and went: decimal strings, and how many rows that were."""

    spent = fields.String()
    received = fields.String()
    left = fields.String()
    count = fields.Integer()


class CategoryLineSchema(Schema):
    """A category's share of the month, the ones below it included unless they stand beside it."""

    category_id = fields.Integer(allow_none=True)
    name = fields.String()
    type = fields.String()
    color = fields.String()
    icon = fields.String()
    amount = fields.String()
    previous = fields.String()
    count = fields.Integer()
    children = fields.List(fields.Nested("CategoryLineSchema"))


class SeriesSchema(Schema):
    """One series of a chart."""

    name = fields.String()
    values = fields.List(fields.String())


class CurrencyMonthSchema(Schema):
    """A month in one currency, against the month before."""

    currency = fields.String()
    totals = fields.Nested(FiguresSchema)
    previous = fields.Nested(FiguresSchema)
    categories = fields.List(fields.Nested(CategoryLineSchema))
    labels = fields.List(fields.String())
    series = fields.List(fields.Nested(SeriesSchema))


class MonthlyReportSchema(CurrencyMonthSchema):
    """A month in the ledger's currency, with months in other currencies beside it."""

    year = fields.Integer()
    month = fields.Integer()
    others = fields.List(fields.Nested(CurrencyMonthSchema))


def monthly_report(report: MonthlyReport, nested: Callable[[Tree], Any]) -> dict[str, Any]:
    """Return a monthly report in the shape of MonthlyReportSchema; ``nested`` writes a tree."""
    return {
        "year": report.year,
        "month": report.month,
        **currency_month(report.main, nested),
        "others": [currency_month(other, nested) for other in report.others],
    }


def currency_month(month: CurrencyMonth, nested: Callable[[Tree], Any]) -> dict[str, Any]:
    """Return one currency's month; ``labels`` and ``series`` are its expenses as a chart's."""
    places = digits(month.currency)
    spending = month.lines("expense")
    return {
        "currency": month.currency,
        "totals": _figures(month.figures, places),
        "previous": _figures(month.previous, places),
        "categories": nested(_tree([*spending, *month.lines("income")], places)),
        "labels": [line.name for line in spending],
        "series": [
            {"name": "this", "values": [decimal_string(line.amount, places) for line in spending]},
            {
                "name": "previous",
                "values": [decimal_string(line.previous, places) for line in spending],
            },
        ],
    }


def _figures(figures: Figures, places: int) -> dict[str, Any]:
    return {
        "spent": decimal_string(figures.spent, places),
        "received": decimal_string(figures.received, places),
        "left": decimal_string(figures.left, places),
        "count": figures.count,
    }


def _tree(lines: list[CategoryLine], places: int) -> Iterator[tuple[dict[str, Any], int]]:
    stack = [(line, 0) for line in reversed(lines)]
    while stack:
        line, depth = stack.pop()
        yield _line(line, places), depth
        stack += [(child, depth + 1) for child in reversed(line.children) if child.count]


def _line(line: CategoryLine, places: int) -> dict[str, Any]:
    return {
        "category_id": line.id,
        "name": line.name,
        "type": line.type,
        "color": line.color,
        "icon": line.icon,
        "amount": decimal_string(line.amount, places),
        "previous": decimal_string(line.previous, places),
        "count": line.count,
    }
