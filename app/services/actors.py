"""From one row to who is acting: what every look-up of a sign-in or a token reads."""

from typing import Any

from sqlalchemy import Select, select

from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.pictures import Picture
from app.models.users import Actor, User
from app.services import scopes


def query(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Return a query for active people with their personal ledger, and ``columns`` beside them.

    What leads to the person has to be joined to ``User`` by the caller.
    """
    return (
        select(
            User.id,
            User.email,
            User.first_name,
            User.last_name,
            User.role,
            User.currency,
            User.timezone,
            User.locale,
            User.email_verified_at,
            *scopes.COLUMNS,
            Picture.updated_at.label("picture_at"),
            *columns,
        )
        .select_from(User)
        .join(Ledger, Ledger.personal_user_id == User.id)
        .join(Member, (Member.ledger_id == Ledger.id) & (Member.user_id == User.id))
        .outerjoin(Picture, Picture.user_id == User.id)
        .where(User.is_active)
    )


def of_row(row: Any, **proof: Any) -> Actor:
    """Return the actor a row of :func:`query` describes; ``proof`` says how they are known."""
    return Actor(
        id=row.id,
        email=row.email,
        name=f"{row.first_name} {row.last_name}".strip() or row.email,
        role=row.role,
        currency=row.currency,
        timezone=row.timezone,
        locale=row.locale,
        ledger=scopes.of_row(row),
        picture_at=row.picture_at,
        is_verified=row.email_verified_at is not None,
        **proof,
    )
