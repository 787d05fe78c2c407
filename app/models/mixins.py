"""Columns that several tables share."""

import datetime as dt

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock


class Timestamped:
    """When a row was made and last changed, in UTC."""

    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Leased:
    """Which job works on a row: the how-manieth it is, and until when it is believed alive."""

    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[dt.datetime | None]
