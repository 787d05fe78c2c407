"""Jobs run in real processes, on the test's database and its Valkey."""

from tests.factories.fixtures import api, caller, inbox, other, work

__all__ = ["api", "caller", "inbox", "other", "work"]
