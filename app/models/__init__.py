"""The tables of Outlay, one module per noun; importing the package registers them all."""

from app.models import (
    accounts,
    api_tokens,
    categories,
    identities,
    imports,
    invitations,
    ledgers,
    mails,
    pictures,
    requests,
    second_factors,
    totals,
    transactions,
    users,
)
from app.models.base import Base, db

__all__ = [
    "Base",
    "accounts",
    "api_tokens",
    "categories",
    "db",
    "identities",
    "imports",
    "invitations",
    "ledgers",
    "mails",
    "pictures",
    "requests",
    "second_factors",
    "totals",
    "transactions",
    "users",
]
