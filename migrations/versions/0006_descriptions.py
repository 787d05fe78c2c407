"""Descriptions that are alike: found by their beginning, so that they can say what a row is for.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index how the descriptions begin of rows that have a category.

    SQLite forgets it where a later migration makes the table anew: that one has to make it again.
    """
    # Not by SQLite's lower(): Outlay's connections have another one, and others would find the
    # index damaged.
    alike = "substr(description, 1, 60) COLLATE NOCASE"
    if op.get_bind().dialect.name == "postgresql":
        alike = 'lower(substr(description, 1, 60) COLLATE "C")'
    op.execute(
        f"CREATE INDEX ix_transactions_described ON transactions (ledger_id, {alike}, date, id)"
        " WHERE description <> '' AND category_id IS NOT NULL"
    )


def downgrade() -> None:
    """Forget the index."""
    op.drop_index("ix_transactions_described", "transactions")
