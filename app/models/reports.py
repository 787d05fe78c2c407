"""Read models of reports: what a month comes to."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figures:
    """What came and went, in minor units of one currency, and how many rows that were."""

    spent: int = 0
    received: int = 0
    count: int = 0

    @property
    def left(self) -> int:
        """What was received and not spent; negative when more was spent."""
        return self.received - self.spent


@dataclass(slots=True)
class CategoryLine:
    """One category's share of a month.

    ``amount`` includes the categories below it, its ``children``; where each category is looked at
    by itself there are none.
    """

    id: int | None
    parent_id: int | None
    name: str
    type: str
    color: str
    icon: str
    amount: int = 0
    previous: int = 0
    count: int = 0
    children: list["CategoryLine"] = field(default_factory=list)

    @property
    def change(self) -> int:
        """How much more than in the month before, in minor units."""
        return self.amount - self.previous


@dataclass(frozen=True, slots=True)
class CurrencyMonth:
    """A month in one currency: its figures, those of the month before, and by category."""

    currency: str
    figures: Figures
    previous: Figures
    categories: list[CategoryLine]

    def lines(self, type: str) -> list[CategoryLine]:
        """Return the top categories of ``type`` with something in either month, largest first."""
        found = [
            line for line in self.categories if line.type == type and (line.count or line.previous)
        ]
        return sorted(found, key=lambda line: (-line.amount, line.name))


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """A month of a ledger: in its own currency, and in those of other accounts that had rows."""

    year: int
    month: int
    main: CurrencyMonth
    others: list[CurrencyMonth]
