"""The API is called as a program calls it: with a token, over WSGI, on each database."""

from tests.factories.fixtures import api, caller, inbox, other, work

__all__ = ["api", "caller", "inbox", "other", "work"]
