"""Jobs run in real processes, on the test's database and its Valkey."""

from tests.factories.fixtures import api, caller, other, work

__all__ = ["api", "caller", "other", "work"]
