"""Passwords are hashed as slowly as OWASP asks for, however quick the tests are."""

from argon2 import PasswordHasher, Type


def test_hashing_costs_what_it_should(slow_hasher: PasswordHasher) -> None:
    """OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and two passes, or more."""
    assert slow_hasher.type is Type.ID
    assert slow_hasher.memory_cost >= 19 * 1024
    assert slow_hasher.time_cost >= 2
