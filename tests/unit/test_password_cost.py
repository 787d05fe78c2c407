"""Passwords are hashed as slowly as OWASP asks for, however quick the tests are."""

from importlib.util import find_spec, module_from_spec

import pytest
from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError


def test_hashing_costs_what_it_should(slow_hasher: PasswordHasher) -> None:
    """OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and two passes, or more."""
    assert slow_hasher.type is Type.ID
    assert slow_hasher.memory_cost >= 19 * 1024
    assert slow_hasher.time_cost >= 2


def test_an_unknown_address_costs_as_much(slow_hasher: PasswordHasher) -> None:
    spec = find_spec("app.services.users")
    assert spec is not None
    assert spec.loader is not None
    users = module_from_spec(spec)  # as it is where no test made it quick
    spec.loader.exec_module(users)
    assert not slow_hasher.check_needs_rehash(users._NOBODY)
    with pytest.raises(VerifyMismatchError):
        slow_hasher.verify(users._NOBODY, "any other password")
