"""Use cases: one function, one actor, one transaction."""
