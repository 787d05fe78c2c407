"""Sharing: members with an id of their own, the activity log, data exports, settings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite changes a table by making it anew; without this, ids of deleted rows would come again.
NEW_IDS = {"sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "instance_settings",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_instance_settings")),
    )
    op.create_table(
        "data_exports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'working', 'ready', 'failed')",
            name=op.f("ck_data_exports_status"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_data_exports_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_exports")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("data_exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_exports_user_id"), ["user_id"], unique=False)

    op.create_table(
        "activities",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ledger_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_type", sa.String(length=20), nullable=True),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.id"], name=op.f("fk_activities_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_activities_ledger_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_activities_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index("ix_activities_actor", ["actor_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_at"), ["at"], unique=False)
        batch_op.create_index("ix_activities_ledger", ["ledger_id", "id"], unique=False)
        batch_op.create_index(
            "ix_activities_subject", ["subject_type", "subject_id", "id"], unique=False
        )
        batch_op.create_index("ix_activities_user", ["user_id", "id"], unique=False)

    op.create_table(
        "data_export_parts",
        sa.Column(
            "export_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["data_exports.id"],
            name=op.f("fk_data_export_parts_export_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("export_id", "number", name=op.f("pk_data_export_parts")),
    )
    with op.batch_alter_table("imports", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(
            sa.Column(
                "asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_imports_asked_by_id"),
            "users",
            ["asked_by_id"],
            ["id"],
            ondelete="SET NULL",
        )
    # Until now only who uploaded a file could ask for anything to be done about it.
    op.execute("UPDATE imports SET asked_by_id = created_by_id")

    _renew_members()

    with op.batch_alter_table("invitations", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(
            sa.Column(
                "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(batch_op.f("ix_invitations_member_id"), ["member_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_invitations_member_id"),
            "ledger_members",
            ["member_id"],
            ["id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("ledgers", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("transactions", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(
            sa.Column(
                "updated_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_transactions_updated_by_id"),
            "users",
            ["updated_by_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("users", table_kwargs=NEW_IDS) as batch_op:
        batch_op.add_column(
            sa.Column("erasure_requested_at", sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("users", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_column("erasure_requested_at")

    with op.batch_alter_table("transactions", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_transactions_updated_by_id"), type_="foreignkey")
        batch_op.drop_column("updated_by_id")

    with op.batch_alter_table("ledgers", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("archived_at")

    with op.batch_alter_table("invitations", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_invitations_member_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_invitations_member_id"))
        batch_op.drop_column("member_id")

    _restore_members()

    with op.batch_alter_table("imports", table_kwargs=NEW_IDS) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_imports_asked_by_id"), type_="foreignkey")
        batch_op.drop_column("asked_by_id")

    op.drop_table("data_export_parts")
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.drop_index("ix_activities_user")
        batch_op.drop_index("ix_activities_subject")
        batch_op.drop_index("ix_activities_ledger")
        batch_op.drop_index(batch_op.f("ix_activities_at"))
        batch_op.drop_index("ix_activities_actor")

    op.drop_table("activities")
    with op.batch_alter_table("data_exports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_exports_user_id"))

    op.drop_table("data_exports")
    op.drop_table("instance_settings")


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _renew_members() -> None:
    """Give each member an id; a new primary key needs a new table."""
    op.execute("CREATE TABLE members_before AS SELECT * FROM ledger_members")
    op.drop_table("ledger_members")
    op.create_table(
        "ledger_members",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        *_member_constraints(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_members")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO ledger_members (ledger_id, user_id, name, role, joined_at)"
        " SELECT ledger_id, user_id, '', role, created_at FROM members_before"
        " ORDER BY created_at, ledger_id, user_id"
    )
    op.drop_table("members_before")
    op.create_index("ix_ledger_members_user_id", "ledger_members", ["user_id"])
    op.create_index(
        "uq_ledger_members_user", "ledger_members", ["ledger_id", "user_id"], unique=True
    )


def _restore_members() -> None:
    """Know members by their person again; placeholders go."""
    op.execute("CREATE TABLE members_before AS SELECT * FROM ledger_members")
    op.drop_table("ledger_members")
    op.create_table(
        "ledger_members",
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_member_constraints(),
        sa.PrimaryKeyConstraint("ledger_id", "user_id", name=op.f("pk_ledger_members")),
    )
    op.execute(
        "INSERT INTO ledger_members (ledger_id, user_id, role, created_at, updated_at)"
        " SELECT ledger_id, user_id, role, joined_at, joined_at FROM members_before"
        " WHERE user_id IS NOT NULL"
    )
    op.drop_table("members_before")
    op.create_index("ix_ledger_members_user_id", "ledger_members", ["user_id"])


def _member_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(
            "role IN ('owner', 'editor', 'viewer')", name=op.f("ck_ledger_members_role")
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"],
            ["ledgers.id"],
            name=op.f("fk_ledger_members_ledger_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ledger_members_user_id"), ondelete="CASCADE"
        ),
    ]
