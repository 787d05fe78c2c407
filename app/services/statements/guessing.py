"""A first idea of the columns of an unknown file, to prefill the page where a person decides.

Header words propose, the cells dispose: a column is a date column only if its cells are dates,
whatever it is called. Nothing is ever imported on the strength of a guess.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

from app.services.statements.amounts import fits
from app.services.statements.columns import Row, pick
from app.services.statements.dates import looks_like_date
from app.services.statements.layouts import fold
from app.services.statements.mapping import Mapping

# Words in headers, per meaning, the most telling first. A whole name beats a word within a name.
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "date": (
        "date", "datum", "buchungstag", "buchungsdatum", "booking date", "transaction date",
        "fecha", "data", "dato", "created", "completed", "posting date", "valuta", "päivä", "dátum",
    ),
    "amount": (
        "amount", "betrag", "bedrag", "importe", "importo", "montant", "valor", "belopp", "beløb",
        "kwota", "gross", "sum", "net", "value", "umsatz", "cost",
    ),
    "money_out": (
        "money out", "paid out", "debit", "debit amount", "outflow", "withdrawal", "soll", "débit",
        "withdrawals", "cargo", "out",
    ),
    "money_in": (
        "money in", "paid in", "credit", "credit amount", "inflow", "deposit", "haben", "crédit",
        "deposits", "abono", "in",
    ),
    "balance": ("balance", "saldo", "kontostand", "solde", "running balance", "saldo na"),
    "payee": (
        "payee", "name", "counterparty", "merchant", "empfänger", "auftraggeber", "naam", "partner",
        "beneficiary", "counter party",
    ),
    "description": (
        "description", "verwendungszweck", "omschrijving", "buchungstext", "reference", "memo",
        "details", "concepto", "libellé", "descrizione", "narrative", "purpose", "subject",
    ),
    "notes": ("notes", "note", "comment", "memo", "notiz"),
    "category": ("category", "kategorie", "categorie", "categoría"),
    "currency": ("currency", "währung", "waehrung", "munt", "devise", "moneda", "valuta"),
    "reference": ("transaction id", "id", "reference number", "fitid", "volgnr"),
    "account": ("account name", "account", "konto", "rekening"),
}  # fmt: skip


# What a direction column says, in any case.
_OUT: Final = frozenset(
    ("af", "debit", "debet", "dr", "d", "s", "soll", "out", "withdrawal", "expense")
)
_IN: Final = frozenset(
    ("bij", "credit", "kredit", "cr", "c", "k", "h", "haben", "in", "deposit", "income")
)


class Guess:
    """Proposes a mapping from the header and some data records."""

    def __init__(self, headers: Sequence[str], rows: Sequence[Row], *, named: bool) -> None:
        """Take records of equal width; ``named`` says that the headers come from the file."""
        self._headers = [fold(name) if named else "" for name in headers]
        self._columns = [pick(rows, i) for i in range(len(headers))]
        self._free = dict.fromkeys(range(len(headers)))
        self._dates = [_share(cells, looks_like_date) for cells in self._columns]
        self._money = [_share(cells, _is_money) for cells in self._columns]

    def mapping(self) -> Mapping | None:
        """Return the proposal, None where no column holds dates or none holds amounts."""
        date = self._take("date", lambda i: self._dates[i] > 0.5, required=True)
        figures = self._figures()
        if date is None or not {"amount", "money_out"} & figures.keys():
            return None
        others: dict[str, Any] = {
            "payee": self._take("payee", self._is_text),
            "notes": self._take("notes", self._is_text),
            "category": self._take("category", self._is_text),
            "currency": self._take("currency", self._is_code),
            "reference": self._take("reference", lambda _: True),
            "account": self._take("account", self._is_text),
        }
        description = self._description(payee=others["payee"] is not None)
        return replace(Mapping(date, description=description), **figures, **others)

    def _figures(self) -> dict[str, Any]:
        """Return the columns of money that were found, by meaning."""
        balance = self._take("balance", self._is_money)
        pair = [self._take(k, self._is_money) for k in ("money_out", "money_in")]
        if None not in pair:
            return {"balance": balance, "money_out": pair[0], "money_in": pair[1]}
        self._free |= dict.fromkeys(i for i in pair if i is not None)
        if turns := self._taking_turns():
            return {
                "money_out": turns[0],
                "money_in": turns[1],
                "balance": turns[2] if balance is None else balance,
            }
        amount = self._amount()
        if amount is None:
            return {}
        if not any(self._headers):
            balance = self._figures_behind(amount)
        direction = {} if self._has_minus(amount) else self._direction()
        return {"amount": amount, "balance": balance, **direction}

    def _direction(self) -> dict[str, Any]:
        """Return the column whose every cell says in or out, and its words."""
        for i in self._free:
            words = {cell.strip().casefold() for cell in self._columns[i]}
            if words <= _OUT | _IN and words:
                del self._free[i]
                ways = {"out_words": tuple(sorted(_OUT)), "in_words": tuple(sorted(_IN))}
                return {"direction": i, **ways}
        return {}

    def _taking_turns(self) -> tuple[int, int, int | None] | None:
        """Return columns without names for money out, money in and the balance, if it is so.

        Money out and money in take turns: every row fills exactly one of them.
        """
        money = [i for i in self._free if self._has_decimals(i) and not self._headers[i]]
        for pair in combinations(money, 2):
            filled = {tuple(map(bool, cells)) for cells in zip(*self._stripped(*pair), strict=True)}
            if filled == {(True, False), (False, True)}:
                out, into = pair if not self._has_minus(pair[1]) else pair[::-1]
                full = (i for i in money if i not in pair and all(*self._stripped(i)))
                return out, into, next(full, None)
        return None

    def _stripped(self, *indexes: int) -> list[list[str]]:
        return [list(map(str.strip, self._columns[i])) for i in indexes]

    def _has_decimals(self, index: int) -> bool:
        cells = self._columns[index]
        return self._is_money(index) and any("." in cell or "," in cell for cell in cells)

    def _has_minus(self, index: int) -> bool:
        return any(cell.strip()[:1] in {"-", "\u2212", "("} for cell in self._columns[index])

    def _amount(self) -> int | None:
        named = self._take("amount", self._is_money)
        ranked = sorted(self._money_columns(), key=self._amount_rank)
        if named is None and ranked:
            del self._free[ranked[0]]
        return named if named is not None else next(iter(ranked), None)

    def _description(self, *, payee: bool) -> tuple[int, ...]:
        """Return the column that describes rows: the one called so, else the one with most text."""
        named = self._take("description", self._is_text)
        texts = [i for i in self._free if self._is_text(i) and any(self._columns[i])]
        if named is not None or payee or not texts:
            return () if named is None else (named,)
        return (max(texts, key=lambda i: sum(map(len, self._columns[i]))),)

    def _money_columns(self) -> list[int]:
        return [i for i in self._free if self._is_money(i) and self._money[i] == 1.0]

    def _amount_rank(self, index: int) -> tuple[bool, bool, int]:
        """Prefer a column with signs, then one with decimals, then the leftmost."""
        return (not self._has_minus(index), not self._has_decimals(index), index)

    def _figures_behind(self, amount: int) -> int | None:
        """Return a further column of figures with decimals: most likely the running balance."""
        behind = (i for i in self._money_columns() if i > amount and self._has_decimals(i))
        found = next(behind, None)
        if found is not None:
            del self._free[found]
        return found

    def _take(
        self, meaning: str, fitting: Callable[[int], bool], *, required: bool = False
    ) -> int | None:
        """Return the free column that is called so and whose cells fit, and use it up."""
        index = next((i for i in self._called(meaning) if fitting(i)), None)
        if index is None and required:
            index = next((i for i in self._free if fitting(i)), None)
        if index is not None:
            del self._free[index]
        return index

    def _called(self, meaning: str) -> Iterator[int]:
        words = _WORDS[meaning]
        for word in words:
            yield from (i for i in self._free if self._headers[i] == word)
        for word in words:
            yield from (
                i for i in self._free if f" {word}" in f" {self._headers[i]}" and len(word) > 3
            )

    def _is_money(self, index: int) -> bool:
        return self._money[index] > 0.9 and self._dates[index] < 0.5

    def _is_text(self, index: int) -> bool:
        return self._money[index] < 0.9 and self._dates[index] < 0.5

    def _is_code(self, index: int) -> bool:
        return (
            _share(self._columns[index], lambda c: len(c.strip()) == 3 and c.strip().isalpha())
            > 0.9
        )


def _is_money(cell: str) -> bool:
    return fits(cell, ".") or fits(cell, ",")


def _share(cells: Sequence[str], fitting: Callable[[str], bool]) -> float:
    """Return which share of the filled cells fit; 0 where all are blank."""
    filled = [cell for cell in cells if cell.strip()]
    return sum(map(fitting, filled)) / len(filled) if filled else 0.0
