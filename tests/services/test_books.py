"""Whatever two people do to the same books at once, every figure is right."""

import datetime as dt

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import verification
from tests.factories import statements
from tests.factories.books import ANSWERS, Books, Step
from tests.factories.fixtures import Caller, Work

amounts = st.integers(1, 10**9).map(statements.point)
dates = st.dates(dt.date(2025, 12, 1), dt.date(2026, 2, 28)).map(dt.date.isoformat)
kinds = st.sampled_from(["expense", "income", "transfer"])
picks = st.integers(0, 59)
said = st.tuples(kinds, amounts, dates, picks)

DEEDS: dict[str, st.SearchStrategy[tuple[object, ...]]] = {
    "create": said,
    "edit": said,
    "split": st.tuples(picks),
    "delete": st.tuples(picks),
    "restore": st.tuples(picks),
    "bulk": st.tuples(st.sampled_from(["account", "category", "state", "date", "delete"]), picks),
    "take_back": st.tuples(picks),
    "merge": st.tuples(st.sampled_from(["expense", "income"]), picks),
    "join": st.tuples(picks),
    "part": st.tuples(picks),
    "settle": st.tuples(amounts, dates, picks),
    "unsettle": st.tuples(picks),
    "load": st.tuples(st.integers(1, 2), st.integers(1, 8), st.booleans()),
    "unload": st.tuples(picks, st.sampled_from(["keep", "delete"])),
}
steps = st.sampled_from(sorted(DEEDS)).flatmap(
    lambda name: st.tuples(st.integers(0, 1), st.just(name), DEEDS[name])
)
rounds = st.lists(st.lists(steps, min_size=1, max_size=3), min_size=4, max_size=10)


@settings(
    max_examples=10, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(taken=rounds)
def test_whatever_two_people_do_at_once_the_books_are_right(
    app: Flask, caller: Caller, work: Work, taken: list[list[Step]]
) -> None:
    books = Books(caller, work)
    for number, kind in enumerate(("expense", "transfer", "income", "expense")):
        books.create(books.owner, kind, "10.00", "2026-01-01", number)
    books.at_once([(0, "load", (1, 6, False)), (1, "load", (1, 6, True))])
    for together in taken:
        assert set(books.at_once(together)) <= ANSWERS
    books.check()
    with app.app_context():
        assert [str(one) for one in verification.find_differences()] == []
