"""Tests that walk over the whole application."""

from tests.factories.fixtures import api, caller, other, work

__all__ = ["api", "caller", "other", "work"]
