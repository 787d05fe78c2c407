"""Words to search: each is indexed behind the number of its ledger.

A search reads what its own ledger has of a word, whatever other ledgers have. Until now a row's
ledger was one word more, and searches read the list of all rows of a ledger.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the words anew, each with its ledger."""
    _drop()
    if _on_postgres():
        number = "ledger_id::text || chr(57344)"
        words = f"{number} || replace(search_text, ' ', ' ' || {number})"
        # Searches read the words of rows that came since the index was last put in order, all of
        # them: at most so many KB, not the 4 MB that PostgreSQL begins with.
        _index(f"string_to_array({words}, ' ')", " WITH (gin_pending_list_limit = 256)")
    else:
        number = "{row}.ledger_id || char(57344)"
        _build(f"{number} || replace({{row}}.search_text, ' ', ' ' || {number})")


def downgrade() -> None:
    """Index the words anew, and beside them the ledger."""
    _drop()
    if _on_postgres():
        words = "string_to_array(search_text, ' ')"
        _index(f"array_append({words}, chr(57344) || ledger_id::text)")
    else:
        _build("{row}.search_text || ' ' || char(57344) || {row}.ledger_id")


def _on_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _drop() -> None:
    if _on_postgres():
        op.drop_index("ix_transactions_search", "transactions")
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER transaction_search_{name}")
    op.drop_table("transaction_search")
    op.execute("DROP VIEW transaction_words")


def _index(words: str, options: str = "") -> None:
    op.execute(
        "CREATE INDEX ix_transactions_search ON transactions"
        f" USING gin (array_to_tsvector({words})){options}"
    )


def _build(words: str) -> None:
    """Make SQLite's table of words, which are those of ``{row}``, and what keeps it right."""
    of_row, new, old = (words.format(row=row) for row in ("transactions", "new", "old"))
    op.execute(f"CREATE VIEW transaction_words AS SELECT id, {of_row} AS words FROM transactions")  # noqa: S608
    op.execute(
        "CREATE VIRTUAL TABLE transaction_search USING fts5(words, content='transaction_words',"
        " content_rowid='id', tokenize='ascii', detail='none')"
    )
    op.execute("INSERT INTO transaction_search (transaction_search) VALUES ('rebuild')")
    add = f"INSERT INTO transaction_search (rowid, words) VALUES (new.id, {new});"  # noqa: S608
    remove = (
        "INSERT INTO transaction_search (transaction_search, rowid, words)"  # noqa: S608
        f" VALUES ('delete', old.id, {old});"
    )
    changed = "AFTER UPDATE OF search_text"
    events = {
        "insert": ("AFTER INSERT", "", add),
        "delete": ("AFTER DELETE", "", remove),
        "update": (changed, "WHEN new.search_text <> old.search_text", remove + add),
    }
    for name, (moment, condition, steps) in events.items():
        op.execute(
            f"CREATE TRIGGER transaction_search_{name} {moment} ON transactions {condition}"
            f" BEGIN {steps} END"
        )
