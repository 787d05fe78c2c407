"""What Outlay's own file says of a row waits with it: where a transfer goes to, and its lines.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns to the rows that wait."""
    op.add_column(
        "import_rows",
        sa.Column("to_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    )
    op.add_column("import_rows", sa.Column("to_amount", sa.BigInteger()))
    op.add_column("import_rows", sa.Column("to_currency", sa.String(length=3)))
    op.add_column("import_rows", sa.Column("lines", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take them away again."""
    for name in ("lines", "to_currency", "to_amount", "to_account_id"):
        op.drop_column("import_rows", name)
