"""Money: transfers, splits, tags, payees, receipts, rules, daily totals, words to search."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# SQLite changes a table by making it anew; without this, ids of deleted rows would come again.
NEW_IDS = {"sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "bulk_changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("rows_kept", sa.Integer(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind = 'edit' OR kind = 'delete' OR kind = 'rules' OR kind = 'merge'",
            name=op.f("ck_bulk_changes_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users.id"],
            name=op.f("fk_bulk_changes_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"],
            ["ledgers.id"],
            name=op.f("fk_bulk_changes_ledger_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_changes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("bulk_changes") as batch_op:
        batch_op.create_index("ix_bulk_changes_ledger", ["ledger_id", "id"], unique=False)

    op.create_table(
        "payees",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("suggests", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_payees_ledger_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payees")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("payees") as batch_op:
        batch_op.create_index("uq_payees_name", ["ledger_id", "name"], unique=True)

    op.create_table(
        "receipts",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("transaction_id", ID, nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("has_thumbnail", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("orphaned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users.id"],
            name=op.f("fk_receipts_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_receipts_ledger_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("key", name=op.f("uq_receipts_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("receipts") as batch_op:
        batch_op.create_index("ix_receipts_ledger", ["ledger_id", "id"], unique=False)
        batch_op.create_index("ix_receipts_transaction", ["transaction_id", "id"], unique=False)

    op.create_table(
        "rules",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("match", sa.String(length=3), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("\"match\" IN ('all', 'any')", name=op.f("ck_rules_match")),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_rules_ledger_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rules") as batch_op:
        batch_op.create_index("ix_rules_position", ["ledger_id", "position", "id"], unique=False)

    op.create_table(
        "saved_filters",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_id"],
            ["ledgers.id"],
            name=op.f("fk_saved_filters_ledger_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_filters_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("saved_filters") as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_filters_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_saved_filters_name", ["ledger_id", "user_id", "name"], unique=True
        )

    op.create_table(
        "tags",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=180), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_tags_ledger_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("ledger_id", "id", name=op.f("uq_tags_ledger_id_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tags") as batch_op:
        batch_op.create_index("uq_tags_key", ["ledger_id", "key"], unique=True)

    op.create_table(
        "daily_totals",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("cleared", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_id", "account_id"],
            ["accounts.ledger_id", "accounts.id"],
            name=op.f("fk_daily_totals_ledger_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "date", name=op.f("pk_daily_totals")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("daily_totals") as batch_op:
        batch_op.create_index(batch_op.f("ix_daily_totals_ledger_id"), ["ledger_id"], unique=False)

    op.create_table(
        "reconciliations",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users.id"],
            name=op.f("fk_reconciliations_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id", "account_id"],
            ["accounts.ledger_id", "accounts.id"],
            name=op.f("fk_reconciliations_ledger_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reconciliations") as batch_op:
        batch_op.create_index(
            "ix_reconciliations_account", ["account_id", "date", "id"], unique=False
        )

    op.create_table(
        "refused_matches",
        sa.Column("expense_id", ID, nullable=False),
        sa.Column("income_id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["expense_id"],
            ["transactions.id"],
            name=op.f("fk_refused_matches_expense_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["income_id"],
            ["transactions.id"],
            name=op.f("fk_refused_matches_income_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"],
            ["ledgers.id"],
            name=op.f("fk_refused_matches_ledger_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("expense_id", "income_id", name=op.f("pk_refused_matches")),
    )
    with op.batch_alter_table("refused_matches") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_refused_matches_income_id"), ["income_id"], unique=False
        )

    op.create_table(
        "splits",
        sa.Column("transaction_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("category_id", ID, nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("ck_splits_amount")),
        sa.ForeignKeyConstraint(
            ["ledger_id", "category_id"],
            ["categories.ledger_id", "categories.id"],
            name=op.f("fk_splits_ledger_id_category_id"),
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_splits_ledger_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name=op.f("fk_splits_transaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transaction_id", "position", name=op.f("pk_splits")),
    )
    with op.batch_alter_table("splits") as batch_op:
        batch_op.create_index(
            "ix_splits_category", ["category_id", "date", "transaction_id"], unique=False
        )

    op.create_table(
        "transaction_tags",
        sa.Column("tag_id", ID, autoincrement=False, nullable=False),
        sa.Column("transaction_id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_id", "tag_id"],
            ["tags.ledger_id", "tags.id"],
            name=op.f("fk_transaction_tags_ledger_id_tag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name=op.f("fk_transaction_tags_transaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tag_id", "transaction_id", name=op.f("pk_transaction_tags")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("transaction_tags") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transaction_tags_transaction_id"), ["transaction_id"], unique=False
        )

    op.create_table(
        "transfer_halves",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("transaction_id", ID, nullable=False),
        sa.Column("row_id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True),
        sa.Column("occurrence", ID, nullable=True),
        sa.Column("out_row", sa.JSON(), nullable=False),
        sa.Column("in_row", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
            name=op.f("fk_transfer_halves_import_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"],
            ["ledgers.id"],
            name=op.f("fk_transfer_halves_ledger_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name=op.f("fk_transfer_halves_transaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_halves")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_transfer_halves_transaction_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("transfer_halves") as batch_op:
        batch_op.create_index(
            "ix_transfer_halves_fingerprint",
            ["ledger_id", "fingerprint", "occurrence"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_transfer_halves_import_id"), ["import_id"], unique=False
        )

    with op.batch_alter_table("accounts", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(sa.Column("opening_date", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("group", sa.String(length=60), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("activities", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(sa.Column("bulk_change_id", ID, nullable=True))
        batch_op.create_index(
            "ix_activities_bulk_change",
            ["bulk_change_id", "id"],
            unique=False,
            sqlite_where=sa.text("bulk_change_id IS NOT NULL"),
            postgresql_where=sa.text("bulk_change_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_activities_bulk_change_id"),
            "bulk_changes",
            ["bulk_change_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("import_rows") as batch_op:
        batch_op.add_column(sa.Column("tags", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("transactions", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(sa.Column("to_account_id", ID, nullable=True))
        batch_op.add_column(sa.Column("to_amount", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("to_currency", sa.String(length=3), nullable=True))
        batch_op.add_column(
            sa.Column("state", sa.String(length=10), nullable=False, server_default="open")
        )
        batch_op.add_column(
            sa.Column("to_state", sa.String(length=10), nullable=False, server_default="open")
        )
        batch_op.add_column(
            sa.Column("is_split", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("is_tagged", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("refund_of_id", ID, nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_transactions_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_transactions_kind"),
            "kind = 'expense' OR kind = 'income' OR kind = 'transfer'",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_transactions_to_amount"), "to_amount BETWEEN 1 AND 1000000000000000"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_transactions_transfer"),
            "(kind = 'transfer') = (to_account_id IS NOT NULL)"
            " AND (to_account_id IS NULL) = (to_amount IS NULL)"
            " AND (to_account_id IS NULL) = (to_currency IS NULL)"
            " AND (to_account_id IS NULL OR to_account_id <> account_id)"
            " AND (category_id IS NULL OR (kind <> 'transfer' AND NOT is_split))",
        )
        batch_op.create_index(
            "ix_transactions_payee",
            ["ledger_id", "payee", "date", "id"],
            unique=False,
            sqlite_where=sa.text("payee <> ''"),
            postgresql_where=sa.text("payee <> ''"),
        )
        batch_op.create_index(
            "ix_transactions_refund",
            ["refund_of_id"],
            unique=False,
            sqlite_where=sa.text("refund_of_id IS NOT NULL"),
            postgresql_where=sa.text("refund_of_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_transactions_to_account",
            ["to_account_id", "date", "id"],
            unique=False,
            sqlite_where=sa.text("to_account_id IS NOT NULL"),
            postgresql_where=sa.text("to_account_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_transactions_ledger_id_to_account_id"),
            "accounts",
            ["ledger_id", "to_account_id"],
            ["ledger_id", "id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_transactions_refund_of_id"),
            "transactions",
            ["refund_of_id"],
            ["id"],
            ondelete="SET NULL",
        )
    _fill()
    _build_search()


def downgrade() -> None:
    _drop_search()
    _leave_what_was_known()
    with op.batch_alter_table("transactions", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_transactions_transfer"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_transactions_to_amount"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_transactions_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_transactions_kind"), "kind IN ('expense', 'income')"
        )
        batch_op.drop_constraint(batch_op.f("fk_transactions_refund_of_id"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("fk_transactions_ledger_id_to_account_id"), type_="foreignkey"
        )
        batch_op.drop_index(
            "ix_transactions_to_account",
            sqlite_where=sa.text("to_account_id IS NOT NULL"),
            postgresql_where=sa.text("to_account_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_transactions_refund",
            sqlite_where=sa.text("refund_of_id IS NOT NULL"),
            postgresql_where=sa.text("refund_of_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_transactions_payee",
            sqlite_where=sa.text("payee <> ''"),
            postgresql_where=sa.text("payee <> ''"),
        )
        batch_op.drop_column("refund_of_id")
        batch_op.drop_column("is_tagged")
        batch_op.drop_column("is_split")
        batch_op.drop_column("to_state")
        batch_op.drop_column("state")
        batch_op.drop_column("to_currency")
        batch_op.drop_column("to_amount")
        batch_op.drop_column("to_account_id")

    with op.batch_alter_table("import_rows") as batch_op:
        batch_op.drop_column("tags")

    with op.batch_alter_table("activities", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_activities_bulk_change_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_activities_bulk_change",
            sqlite_where=sa.text("bulk_change_id IS NOT NULL"),
            postgresql_where=sa.text("bulk_change_id IS NOT NULL"),
        )
        batch_op.drop_column("bulk_change_id")

    with op.batch_alter_table("accounts", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_column("position")
        batch_op.drop_column("group")
        batch_op.drop_column("opening_date")

    with op.batch_alter_table("transfer_halves") as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_halves_import_id"))
        batch_op.drop_index("ix_transfer_halves_fingerprint")

    op.drop_table("transfer_halves")
    with op.batch_alter_table("transaction_tags") as batch_op:
        batch_op.drop_index(batch_op.f("ix_transaction_tags_transaction_id"))

    op.drop_table("transaction_tags")
    with op.batch_alter_table("splits") as batch_op:
        batch_op.drop_index("ix_splits_category")

    op.drop_table("splits")
    with op.batch_alter_table("refused_matches") as batch_op:
        batch_op.drop_index(batch_op.f("ix_refused_matches_income_id"))

    op.drop_table("refused_matches")
    with op.batch_alter_table("reconciliations") as batch_op:
        batch_op.drop_index("ix_reconciliations_account")

    op.drop_table("reconciliations")
    with op.batch_alter_table("daily_totals") as batch_op:
        batch_op.drop_index(batch_op.f("ix_daily_totals_ledger_id"))

    op.drop_table("daily_totals")
    with op.batch_alter_table("tags") as batch_op:
        batch_op.drop_index("uq_tags_key")

    op.drop_table("tags")
    with op.batch_alter_table("saved_filters") as batch_op:
        batch_op.drop_index("uq_saved_filters_name")
        batch_op.drop_index(batch_op.f("ix_saved_filters_user_id"))

    op.drop_table("saved_filters")
    with op.batch_alter_table("rules") as batch_op:
        batch_op.drop_index("ix_rules_position")

    op.drop_table("rules")
    with op.batch_alter_table("receipts") as batch_op:
        batch_op.drop_index("ix_receipts_transaction")
        batch_op.drop_index("ix_receipts_ledger")

    op.drop_table("receipts")
    with op.batch_alter_table("payees") as batch_op:
        batch_op.drop_index("uq_payees_name")

    op.drop_table("payees")
    with op.batch_alter_table("bulk_changes") as batch_op:
        batch_op.drop_index("ix_bulk_changes_ledger")

    op.drop_table("bulk_changes")


def _fill() -> None:
    """Work out what is kept from now on of the rows that are there."""
    op.execute("UPDATE transactions SET state = 'cleared' WHERE import_id IS NOT NULL")
    signed = "CASE WHEN kind = 'income' THEN amount ELSE -amount END"
    cleared = f"CASE WHEN state = 'open' THEN 0 ELSE {signed} END"
    op.execute(
        "INSERT INTO daily_totals (ledger_id, account_id, date, change, cleared)"  # noqa: S608
        f" SELECT ledger_id, account_id, date, sum({signed}), sum({cleared})"
        " FROM transactions GROUP BY ledger_id, account_id, date"
    )
    op.execute(
        "INSERT INTO payees (ledger_id, name, suggests, version, created_at, updated_at)"
        " SELECT ledger_id, payee, true, 1, min(created_at), min(created_at)"
        " FROM transactions WHERE payee <> '' GROUP BY ledger_id, payee"
    )
    for table, key in (("transactions", ("id",)), ("import_rows", ("import_id", "line"))):
        _normalise_search_texts(table, key)


def _normalise_search_texts(name: str, key: tuple[str, ...]) -> None:
    """Keep words in place of texts: in folded case, without accents, a space apart."""
    texts = ("description", "payee", "notes")
    columns: list[sa.ColumnClause[object]] = [
        sa.column(one) for one in (*key, *texts, "search_text")
    ]
    table = sa.table(name, *columns)
    keys = [table.c[one] for one in key]
    connection = op.get_bind()
    changing = (
        sa.update(table)
        .where(*(column == sa.bindparam(f"at_{column.name}") for column in keys))
        .values(search_text=sa.bindparam("words"))
    )
    query = sa.select(*keys, *(table.c[one] for one in texts)).order_by(*keys).limit(5000)
    rows = connection.execute(query).all()
    while rows:
        values = [
            {f"at_{one}": row._mapping[one] for one in key} | {"words": _words(*row[len(key) :])}
            for row in rows
        ]
        connection.execute(changing, values)
        last = tuple(rows[-1])[: len(key)]
        rows = connection.execute(query.where(sa.tuple_(*keys) > sa.tuple_(*last))).all()


def _words(*texts: str) -> str:
    apart = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    folded = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return " ".join(word[:60] for word in re.findall(r"[^\W_]+", folded))


def _build_search() -> None:
    """Index the words of rows, each row under its ledger, too.

    The mark before the ledger's number is of Unicode's private use: no word has it.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_transactions_search ON transactions USING gin (array_to_tsvector("
            "array_append(string_to_array(search_text, ' '), chr(57344) || ledger_id::text)))"
        )
        return
    op.execute(
        "CREATE VIEW transaction_words AS SELECT id,"
        " search_text || ' ' || char(57344) || ledger_id AS words FROM transactions"
    )
    op.execute(
        "CREATE VIRTUAL TABLE transaction_search USING fts5(words, content='transaction_words',"
        " content_rowid='id', tokenize='ascii', detail='none')"
    )
    op.execute("INSERT INTO transaction_search (transaction_search) VALUES ('rebuild')")
    new, old = (f"{row}.search_text || ' ' || char(57344) || {row}.ledger_id" for row in _ROWS)
    add = f"INSERT INTO transaction_search (rowid, words) VALUES (new.id, {new});"  # noqa: S608
    remove = (
        "INSERT INTO transaction_search (transaction_search, rowid, words)"  # noqa: S608
        f" VALUES ('delete', old.id, {old});"
    )
    events = {
        "insert": ("AFTER INSERT", "", add),
        "delete": ("AFTER DELETE", "", remove),
        "update": (
            "AFTER UPDATE OF search_text",
            "WHEN new.search_text <> old.search_text",
            remove + add,
        ),
    }
    for name, (moment, condition, steps) in events.items():
        op.execute(
            f"CREATE TRIGGER transaction_search_{name} {moment} ON transactions {condition}"
            f" BEGIN {steps} END"
        )


_ROWS = ("new", "old")


def _drop_search() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_transactions_search", "transactions")
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER transaction_search_{name}")
    op.drop_table("transaction_search")
    op.execute("DROP VIEW transaction_words")


def _leave_what_was_known() -> None:
    """Make transfers an expense and an income, and take split rows as a whole, as before."""
    op.execute(
        "INSERT INTO transactions (ledger_id, account_id, kind, date, amount, currency,"
        " description, payee, notes, search_text, created_by_id, updated_by_id, version,"
        " created_at, updated_at)"
        " SELECT ledger_id, to_account_id, 'income', date, to_amount, to_currency, description,"
        " payee, notes, search_text, created_by_id, updated_by_id, 1, created_at, updated_at"
        " FROM transactions WHERE kind = 'transfer'"
    )
    op.execute("DELETE FROM splits")
    op.execute(
        "UPDATE transactions SET kind = 'expense', to_account_id = NULL, to_amount = NULL,"
        " to_currency = NULL WHERE kind = 'transfer'"
    )
    op.execute("DELETE FROM monthly_totals")
    month = "EXTRACT(YEAR FROM date) * 100 + EXTRACT(MONTH FROM date)"
    if op.get_bind().dialect.name == "sqlite":
        month = "CAST(strftime('%Y%m', date) AS INTEGER)"
    op.execute(
        "INSERT INTO monthly_totals (ledger_id, month, account_id, kind, category_id, amount,"  # noqa: S608
        f" count) SELECT ledger_id, {month} AS month, account_id, kind, coalesce(category_id, 0),"
        " sum(amount), count(*) FROM transactions"
        " GROUP BY ledger_id, 2, account_id, kind, coalesce(category_id, 0)"
    )
