"""Books: the accounts and categories that new entries name, each looked up once."""

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from sqlalchemy import select

from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.services import scoping

Row = TypeVar("Row", Account, Category)


class Books:
    """What a ledger has, for as long as its lock is held: nobody changes it meanwhile.

    Whatever is asked for says the input ``field`` that names it; Invalid when there is none.
    """

    def __init__(self, ledger_id: int) -> None:
        self.ledger_id = ledger_id
        self._known: dict[tuple[type[Any], int], Any] = {}

    def account(self, account_id: int, field: str) -> Account:
        """Return an account."""
        return self._find(Account, account_id, field)

    def category(self, category_id: int, field: str) -> Category:
        """Return a category."""
        return self._find(Category, category_id, field)

    def categories(self, category_ids: Collection[int], field: str) -> Iterator[Category]:
        """Yield categories; one query finds those that nobody asked for yet."""
        unknown = [id_ for id_ in category_ids if (Category, id_) not in self._known]
        mine = select(Category).where(Category.ledger_id == self.ledger_id)
        found = session.scalars(mine.where(Category.id.in_(unknown))) if unknown else ()
        self._known |= {(Category, category.id): category for category in found}
        return (self.category(id_, field) for id_ in category_ids)

    def _find(self, model: type[Row], row_id: int, field: str) -> Row:
        if (model, row_id) not in self._known:
            row = scoping.find_in_ledger(model, self.ledger_id, row_id, field)
            self._known[model, row_id] = row
        found: Row = self._known[model, row_id]
        return found
