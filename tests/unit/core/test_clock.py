"""The clock: aware, in UTC, and on the person's own day."""

import datetime as dt

import pytest

from app.core import clock


def test_now_is_aware_and_utc() -> None:
    before = dt.datetime.now(dt.UTC)
    now = clock.now()
    assert now.utcoffset() == dt.timedelta(0)
    assert before <= now <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("timezone", "date"),
    [
        ("UTC", "2026-03-31"),
        ("Pacific/Kiritimati", "2026-04-01"),
        ("America/New_York", "2026-03-31"),
    ],
)
def test_today_is_a_matter_of_where(
    monkeypatch: pytest.MonkeyPatch, timezone: str, date: str
) -> None:
    late = dt.datetime(2026, 3, 31, 12, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert clock.today(timezone) == dt.date.fromisoformat(date)
