"""Accounts the way people look at them: in groups, and as what they have and what they owe."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.models.accounts import Account

Sums = Sequence[tuple[int, str]]
"""(minor units, currency) of each currency there is."""


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """Accounts under one heading: a group of somebody's own, or else the assets or liabilities.

    ``name`` is empty for the latter two; ``owed`` tells these apart.
    """

    name: str
    owed: bool
    accounts: Sequence[Account]

    def sums(self, own: str) -> Sums:
        """Return what the accounts come to in each currency, the ledger's ``own`` first."""
        sums: dict[str, int] = defaultdict(int)
        for account in self.accounts:
            sums[account.currency] += account.balance
        return [(sums[code], code) for code in _in_order(sums, own)]


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has and owes in one currency, both zero or more, in minor units.

    Credit cards and loans are owed, everything else is had; where either comes to less than
    nothing, as an overdrawn account, it counts as the other.
    """

    currency: str
    had: int
    owed: int

    @property
    def net(self) -> int:
        """What would be left."""
        return self.had - self.owed


def grouped(accounts: Iterable[Account]) -> list[AccountGroup]:
    """Return accounts in their groups, both in the order that people put them in, then by name."""
    found: dict[tuple[int, str], list[Account]] = defaultdict(list)
    for account in sorted(accounts, key=lambda one: (one.position, one.name.casefold(), one.id)):
        found[_key(account)].append(account)
    ordered = sorted(found.items(), key=lambda item: (item[1][0].position, item[0]))
    return [AccountGroup(group[0].group, kind == _OWED, group) for (kind, _), group in ordered]


_OWN, _HAD, _OWED = 0, 1, 2


def _key(account: Account) -> tuple[int, str]:
    if account.group:
        return _OWN, account.group.casefold()
    return (_OWED if account.is_liability else _HAD), ""


def standings(accounts: Iterable[Account], own: str) -> list[Standing]:
    """Return what accounts come to in each currency, the ledger's ``own`` first."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for account in accounts:
        sums[account.currency][account.is_liability] += account.balance
    return [_standing(code, *sums[code]) for code in _in_order(sums, own)]


def _standing(currency: str, assets: int, liabilities: int) -> Standing:
    had = max(assets, 0) + max(liabilities, 0)
    return Standing(currency, had, had - assets - liabilities)


def _in_order(codes: Iterable[str], own: str) -> list[str]:
    return sorted(codes, key=lambda code: (code != own, code))
