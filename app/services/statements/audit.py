"""One pass over all rows with a mapping: the span of dates, currencies, ids, the balance proof."""

import datetime as dt
from collections.abc import Hashable, Sequence
from typing import Final

from app.services.statements.amounts import code_of
from app.services.statements.balance import Proof
from app.services.statements.columns import Booked, Money, Row, pick
from app.services.statements.dates import Dates
from app.services.statements.mapping import Mapping

# Enough digits to compare amounts with balances whatever the currency; nothing is stored from it.
_DIGITS: Final = 4


class Audit:
    """Takes the rows of a file batch by batch and keeps a few figures, never the rows."""

    def __init__(self, mapping: Mapping) -> None:
        """Check what the mapping allows; an open style leaves its findings out."""
        self._mapping = mapping
        self._dates = Dates(mapping.date_format) if mapping.date_format else None
        self._booked = Booked(mapping.booked_words)
        self._money = Money(mapping, _DIGITS)
        self._references: set[int] | None = None if mapping.reference is None else set()
        self._currencies: set[str] = set()
        proving = mapping.balance is not None and mapping.decimal is not None
        self.proof = Proof(sign_open=mapping.positive_means is None) if proving else None
        self.date_from: dt.date | None = None
        self.date_to: dt.date | None = None

    @property
    def reference_unique(self) -> bool:
        """Whether every row carries an id of its own."""
        return bool(self._references)

    @property
    def proved(self) -> bool:
        """Whether the running balance proves the amounts."""
        return self.proof is not None and self.proof.verdict == "proved"

    @property
    def currency(self) -> str | None:
        """The one currency the currency column names, None for none or several."""
        return next(iter(self._currencies)) if len(self._currencies) == 1 else None

    def see(self, lines: Sequence[int], rows: Sequence[Row]) -> None:
        """Take a batch of rows of right width."""
        m = self._mapping
        self._see_references(rows)
        if m.status is not None:
            booked = [self._booked[cell] is None for cell in pick(rows, m.status)]
            if not all(booked):
                lines = [line for line, keep in zip(lines, booked, strict=True) if keep]
                rows = [row for row, keep in zip(rows, booked, strict=True) if keep]
        if rows:
            self._see_dates(set(pick(rows, m.date)))
            self._see_money(lines, rows)

    def _see_references(self, rows: Sequence[Row]) -> None:
        if self._references is None or self._mapping.reference is None:
            return
        cells = list(map(str.strip, pick(rows, self._mapping.reference)))
        before = len(self._references)
        self._references.update(map(hash, cells))
        if not all(cells) or len(self._references) != before + len(cells):
            self._references = None

    def _see_dates(self, cells: set[str]) -> None:
        if self._dates is None:
            return
        dates = [date for date in self._dates.column(cells) if type(date) is dt.date]
        if dates:
            self.date_from = min(self.date_from or dates[0], *dates)
            self.date_to = max(self.date_to or dates[0], *dates)

    def _see_money(self, lines: Sequence[int], rows: Sequence[Row]) -> None:
        m = self._mapping
        codes = [] if m.currency is None else pick(rows, m.currency)
        self._currencies.update(code_of(cell) for cell in set(codes) if cell.strip())
        if self.proof is not None:
            products = [] if m.product is None else pick(rows, m.product)
            keys: list[Hashable] = [""] * len(rows)
            if codes or products:
                keys = list(zip(codes or keys, products or keys, strict=True))
            self.proof.see(keys, lines, self._money.moved(rows), self._money.balances(rows))
