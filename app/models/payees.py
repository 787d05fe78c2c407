"""Payees: who got the money or paid it, by the names that rows give them."""

from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, id_pk
from app.models.mixins import Timestamped


class Payee(Timestamped, Base):
    """A name that rows of a ledger give as their payee.

    Rows carry the name itself; this is the directory of names. With ``suggests`` off, no category
    is suggested from what its rows were for.
    """

    __tablename__ = "payees"
    __table_args__ = (
        Index(
            "uq_payees_name",
            "ledger_id",
            "name",
            unique=True,
            info={"field": "name", "message": "There is already a payee with this name."},
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    suggests: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
