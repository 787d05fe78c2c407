"""The tables of Outlay, one module per noun; importing the package registers them all."""

from app.models import (
    accounts,
    categories,
    imports,
    ledgers,
    requests,
    totals,
    transactions,
    users,
)
from app.models.base import Base, db

__all__ = [
    "Base",
    "accounts",
    "categories",
    "db",
    "imports",
    "ledgers",
    "requests",
    "totals",
    "transactions",
    "users",
]
