"""What is said of things that were merged, and the way back."""

from flask import url_for

from app.models.merges import Merged
from app.models.transactions import words_of
from app.views.messages import done

CANDIDATES = 30
"""So many things are offered at once to merge something into."""


def say_merged(name: str, into: str, merged: Merged, back: str) -> None:
    """Say what was merged; where it can be taken back, offer that, and go ``back`` then."""
    below = len(merged.same_named)
    too = f", with {_many(below)} of the same name below it" if below else ""
    done(f"{name} is part of {into} now{too}. {counted(merged.rows)} moved.", undo_of(merged, back))


def undo_of(merged: Merged, back: str) -> str | None:
    """Return the address that takes it back, None where nothing does."""
    if merged.bulk_change_id is None:
        return None
    return url_for("bulk_changes.undo", bulk_change_id=merged.bulk_change_id, next=back)


def counted(rows: int) -> str:
    """Return how many transactions, in words that begin a sentence."""
    if rows == 0:
        return "No transaction"
    return "One transaction" if rows == 1 else f"{rows:,} transactions"


def _many(categories: int) -> str:
    return "one category" if categories == 1 else f"{categories:,} categories"


def first_word(name: str) -> str:
    """Return the first word of a name: what is called alike often begins alike."""
    return next(iter(words_of(name)), "")
