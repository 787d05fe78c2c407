"""Which rows a reconciliation counts on, and cleared rows found without looking at all others."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CLEARED = sa.text("state = 'cleared'")
TO_CLEARED = sa.text("to_state = 'cleared'")


def upgrade() -> None:
    """Add the table and two partial indexes."""
    op.create_table(
        "reconciled_rows",
        sa.Column("reconciliation_id", ID, nullable=False),
        sa.Column("transaction_id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliations.id"],
            name=op.f("fk_reconciled_rows_reconciliation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "reconciliation_id", "transaction_id", name=op.f("pk_reconciled_rows")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reconciled_rows_transaction_id", "reconciled_rows", ["transaction_id"])
    op.create_index("ix_reconciled_rows_ledger_id", "reconciled_rows", ["ledger_id"])
    op.create_index(
        "ix_transactions_cleared",
        "transactions",
        ["account_id", "date", "id"],
        sqlite_where=CLEARED,
        postgresql_where=CLEARED,
    )
    op.create_index(
        "ix_transactions_to_cleared",
        "transactions",
        ["to_account_id", "date", "id"],
        sqlite_where=TO_CLEARED,
        postgresql_where=TO_CLEARED,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_transactions_to_cleared", "transactions")
    op.drop_index("ix_transactions_cleared", "transactions")
    op.drop_table("reconciled_rows")
