"""Services are tested on a real database, mostly through what calls them."""

from tests.factories.fixtures import api, caller, other, work

__all__ = ["api", "caller", "other", "work"]
