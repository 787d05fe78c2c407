"""Prove the amounts of a file by its running balance: balance before, plus row, is the next.

Banks list rows oldest first or newest first, and a person may not know which sign means money in.
Each combination is a hypothesis; the file's own figures decide between them, while streaming.
"""

from collections.abc import Hashable, Sequence
from operator import neg, sub
from typing import Final, cast

from app.services.statements.columns import Values, has_faults

_SHOWN_LINES: Final = 5


class Hypothesis:
    """Rows in one order and amounts with one sign: how often the balance contradicts them."""

    def __init__(self, newest_first: bool, sign: int) -> None:
        """Start without contradictions."""
        self.newest_first, self.sign = newest_first, sign
        self.breaks = 0
        self.lines: list[int] = []

    def see(
        self, lines: Sequence[int], steps: list[int], amounts: list[int], before: list[int]
    ) -> None:
        """Compare the steps between balances with the amounts that should explain them.

        Going up in time a step is the row's own amount; going down, the reverse of the row before.
        """
        own = before if self.newest_first else amounts
        expected = own if self.newest_first == (self.sign < 0) else list(map(neg, own))
        if steps == expected:
            return
        wrong = [n for n, a, b in zip(lines, steps, expected, strict=True) if a != b]
        self.breaks += len(wrong)
        self.lines.extend(wrong[: _SHOWN_LINES - len(self.lines)])


class Proof:
    """Follows the running balance of each account or currency in the file."""

    def __init__(self, *, sign_open: bool) -> None:
        """With ``sign_open`` the amounts are tried with both signs."""
        signs = (1, -1) if sign_open else (1,)
        self._hypotheses = [Hypothesis(down, sign) for sign in signs for down in (False, True)]
        self._last: dict[Hashable, tuple[int, int]] = {}
        self._steps = 0

    def see(
        self, keys: Sequence[Hashable], lines: Sequence[int], amounts: Values, balances: Values
    ) -> None:
        """Take a batch; a row whose amount or balance cannot be read interrupts its chain."""
        if len(set(keys)) == 1 and not has_faults(amounts) and not has_faults(balances):
            self._run(keys[0], lines, cast("list[int]", amounts), cast("list[int]", balances))
            return
        for key, line, amount, balance in zip(keys, lines, amounts, balances, strict=True):
            if type(amount) is int and type(balance) is int:
                self._run(key, [line], [amount], [balance])
            else:
                self._last.pop(key, None)

    def _run(
        self, key: Hashable, lines: Sequence[int], amounts: list[int], balances: list[int]
    ) -> None:
        last = self._last.get(key)
        self._last[key] = amounts[-1], balances[-1]
        if last is None:
            last, lines, amounts, balances = (
                (amounts[0], balances[0]),
                lines[1:],
                amounts[1:],
                balances[1:],
            )
        before = [last[0], *amounts[:-1]]
        steps = list(map(sub, balances, [last[1], *balances[:-1]]))
        self._steps += len(lines)
        for hypothesis in self._hypotheses:
            hypothesis.see(lines, steps, amounts, before[: len(steps)])

    @property
    def _best(self) -> Hypothesis:
        return min(self._hypotheses, key=lambda h: h.breaks)

    @property
    def verdict(self) -> str | None:
        """Return "proved", "broken", or None where there was nothing to compare."""
        if not self._steps:
            return None
        return "broken" if self._best.breaks else "proved"

    @property
    def broken_lines(self) -> tuple[int, ...]:
        """The first lines whose balance does not follow from the row before."""
        return tuple(self._best.lines) if self.verdict == "broken" else ()

    @property
    def sign(self) -> int | None:
        """The sign the balance proves for figures without a minus, None where it proves none."""
        signs = {h.sign for h in self._hypotheses if not h.breaks}
        return signs.pop() if self._steps and len(signs) == 1 else None
