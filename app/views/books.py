"""What rows of a list are shown with: the ledger's accounts and categories, loaded once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from app.controllers import accounts, categories, members, transactions
from app.core.money import digits
from app.core.rows import AnyRow
from app.models.accounts import ACCOUNT_TYPES, Account
from app.models.categories import Category
from app.models.transaction_lists import Filters, ListedTransaction
from app.models.users import Actor
from app.views.amounts import symbols
from app.views.formatting import number_locale


@dataclass(frozen=True, slots=True)
class CategoryChoice:
    """A category as an option of a field; ``depth`` is 0 at the top."""

    id: int
    name: str
    depth: int
    type: str


@dataclass(frozen=True)
class Books:
    """The accounts and the category tree of the actor's ledger."""

    all_accounts: Sequence[Account]
    tree: Sequence[tuple[Category, int]]

    @classmethod
    def of(cls, actor: Actor) -> "Books":
        """Load the books; two queries."""
        return cls(accounts.list_all(actor), categories.list_tree(actor))

    @cached_property
    def accounts(self) -> dict[int, Account]:
        """The accounts by their ids, archived ones too."""
        return {account.id: account for account in self.all_accounts}

    @cached_property
    def categories(self) -> dict[int | None, Category]:
        """The categories by their ids, archived ones too."""
        return {category.id: category for category, _ in self.tree}

    @cached_property
    def open_accounts(self) -> list[Account]:
        """The accounts in use."""
        return [account for account in self.all_accounts if not account.archived]

    def usual_account(self, currency: str) -> Account | None:
        """Return the account to start from: of ``currency`` where there is one, for every day."""
        return min(
            self.open_accounts,
            key=lambda one: (one.currency != currency, ACCOUNT_TYPES.index(one.type), one.id),
            default=None,
        )

    @cached_property
    def currencies(self) -> set[str]:
        """The currencies of the accounts in use."""
        return {account.currency for account in self.open_accounts}

    def account_choices(self, kept: object = None) -> list[tuple[int, str]]:
        """Return the accounts to choose from: those in use, and the one ``kept`` from before."""
        several = len(self.currencies) > 1
        return [
            (account.id, f"{account.name} ({account.currency})" if several else account.name)
            for account in self.all_accounts
            if not account.archived or str(account.id) == str(kept)
        ]

    def category_choices(
        self, kept: object = None, *, type: str | None = None, without: Iterable[int] = ()
    ) -> list[CategoryChoice]:
        """Return the categories to choose from, in tree order, like the accounts."""
        return [
            CategoryChoice(category.id, category.name, depth, category.type)
            for category, depth in self.tree
            if (not category.archived or str(category.id) == str(kept))
            and type in {None, category.type}
            and category.id not in without
        ]

    def currency_of(self, account_id: object, default: str) -> str:
        """Return the currency of the account with an id as it was typed."""
        found = (one.currency for one in self.all_accounts if str(one.id) == str(account_id))
        return next(found, default)

    def reading(self) -> dict[str, Any]:
        """Return what a script has to know to read amounts as the person types them.

        That is what groups digits, what stands before decimals, and currency and decimals of each
        account.
        """
        group, point = symbols(number_locale())
        by_account = {
            str(one.id): (one.currency, digits(one.currency)) for one in self.all_accounts
        }
        return {"group": group, "point": point, "accounts": by_account}


@dataclass(frozen=True, slots=True)
class Day:
    """The rows of one day in a list, and what all of that day's come to in each currency."""

    date: dt.date
    rows: list[ListedTransaction]
    sums: list[AnyRow]


def people_of(actor: Actor, rows: Iterable[Any]) -> dict[int, str]:
    """Return the names of those who entered rows, by their ids; none where it was the actor only.

    Where several people did, each row is shown with who it was.
    """
    ids = {row.created_by_id for row in rows} - {None}
    return members.names(actor, ids) if ids - {actor.id} else {}


def names_of(actor: Actor, row: Any) -> dict[int, str]:
    """Return what to call those who entered and changed a row; the actor is "you"."""
    ids = {row.created_by_id, row.updated_by_id} - {None, actor.id}
    return {actor.id: "you"} | (members.names(actor, ids) if ids else {})


def by_day(actor: Actor, rows: Sequence[ListedTransaction], filters: Filters) -> list[Day]:
    """Group rows that are sorted by date; a day's sum counts what other pages show of it, too."""
    if not rows:
        return []
    first, last = sorted((rows[0].date, rows[-1].date))
    sums: dict[dt.date, list[AnyRow]] = {}
    for sum_ in transactions.sums_by_day(actor, filters=filters, first=first, last=last):
        sums.setdefault(sum_.date, []).append(sum_)
    grouped = groupby(rows, key=lambda row: row.date)
    return [Day(date, list(group), sums.get(date, [])) for date, group in grouped]
