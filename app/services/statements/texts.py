"""The text of rows: description, payee, notes, category, account, and what tells rows apart."""

from collections.abc import Sequence
from typing import Final

from app.core.spreadsheet import unguard
from app.services.statements.columns import Row, pick
from app.services.statements.mapping import Mapping

LONGEST_TEXT: Final = 1000
"""The longest text that is kept, in characters."""


# Every white space but the single space within a text, given that texts are parted by line feeds.
_SPACES = [c for c in map(chr, range(0x3001)) if c.isspace() and c not in " \n"]
_MESS: Final = ("  ", " \n", "\n ", *_SPACES)


class Texts:
    """The texts of a batch of rows.

    A bank's padding and line breaks are brought to single spaces, and a row without a description
    is described by its payee. ``verbatim`` texts are Outlay's own: kept to the letter, without the
    guard against spreadsheet formulas.
    """

    def __init__(self, mapping: Mapping, rows: Sequence[Row], *, verbatim: bool) -> None:
        """Take rows of equal width."""
        self._rows, self._verbatim = rows, verbatim
        self._columns: dict[int, list[str]] = {}
        parts = [self._clean(index) for index in mapping.description]
        self._empty = [""] * len(rows)
        self.notes = self._optional(mapping.notes)
        self.category = [text or None for text in self._optional(mapping.category)]
        self.account = [text or None for text in self._optional(mapping.account)]
        self.tags = self._optional(mapping.tags)
        self.lines = self._optional(mapping.lines)
        self.to_amount = self._optional(mapping.to_amount)
        self.payee = self._optional(mapping.payee)
        self.payer = self._optional(mapping.payer)
        self.description = _joined(parts) if parts else self._empty

    def _optional(self, index: int | None) -> list[str]:
        return self._empty if index is None else self._clean(index)

    def _clean(self, index: int) -> list[str]:
        if index not in self._columns:
            cells = pick(self._rows, index)
            tidy = _unguarded if self._verbatim else _tidy
            self._columns[index] = tidy(cells) if any(cells) else cells
        return self._columns[index]

    def settle(self, amounts: Sequence[int]) -> None:
        """Choose the other side by the direction of each row; describe what has no text by it."""
        if self.payer is not self._empty and any(self.payer):
            sides = zip(self.payee, self.payer, amounts, strict=True)
            self.payee = [(payer or payee) if moved > 0 else payee for payee, payer, moved in sides]
        if not self._verbatim and not all(self.description):
            both = zip(self.description, self.payee, strict=True)
            self.description = [text or payee for text, payee in both]

    def keys(self, columns: Sequence[int]) -> list[str]:
        """Return what the given columns say in each row, whatever its case and spacing."""
        parts = [pick(self._rows, i) if self._verbatim else self._clean(i) for i in columns]
        whole = _joined(parts) if parts else self._empty
        if self._verbatim:
            whole = _tidy(whole)
        return list(map(str.casefold, whole))

    def too_long(self) -> list[int]:
        """Return the positions of rows with a text that is too long to keep."""
        wide = (self.description, self.payee, self.notes, self.category, self.account)
        return [i for texts in wide for i in _long(texts)]


def _long(texts: Sequence[str | None]) -> list[int]:
    if max(map(len, filter(None, texts)), default=0) <= LONGEST_TEXT:
        return []
    return [i for i, text in enumerate(texts) if text and len(text) > LONGEST_TEXT]


def _unguarded(cells: list[str]) -> list[str]:
    return list(map(unguard, cells))


def _tidy(cells: list[str]) -> list[str]:
    """Bring the texts to single spaces, looking at all of them at once for whether any needs it."""
    whole = "\n".join(cells)
    if any(mess in whole for mess in _MESS) or whole.count("\n") >= len(cells):
        return list(map(_single_spaced, cells))
    return list(map(str.strip, cells)) if whole != whole.strip(" ") else cells


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _joined(parts: Sequence[list[str]]) -> list[str]:
    """Join columns of texts row by row, leaving out empty ones."""
    filled = [texts for texts in parts if any(texts)]
    if len(filled) < 2:
        return filled[0] if filled else parts[0]
    return [" ".join(filter(None, texts)) for texts in zip(*filled, strict=True)]
