"""What is sealed opens with its key only, unchanged, and never looks the same twice."""

from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidTag

from app.core import sealing

OLD, NEW = "a key of yesterday" * 2, "a key of today" * 3


@pytest.fixture(autouse=True)
def _keys_as_before() -> Iterator[None]:
    before = list(sealing._boxes)
    sealing.configure([OLD])
    yield
    sealing._boxes[:] = before


def test_what_is_sealed_opens_and_shows_nothing() -> None:
    sealed = sealing.seal("JBSWY3DPEHPK3PXP")
    assert b"JBSW" not in sealed
    assert sealed != sealing.seal("JBSWY3DPEHPK3PXP")
    assert sealing.unseal(sealed) == "JBSWY3DPEHPK3PXP"


def test_old_keys_open_and_seal_nothing_new() -> None:
    sealed = sealing.seal("kept")
    sealing.configure([NEW, OLD])
    assert sealing.unseal(sealed) == "kept"
    fresh = sealing.seal("fresh")
    sealing.configure([OLD])
    with pytest.raises(InvalidTag):
        sealing.unseal(fresh)


def test_nothing_changed_or_cut_short_opens() -> None:
    sealed = bytearray(sealing.seal("kept"))
    sealed[-1] ^= 1
    for damaged in (bytes(sealed), bytes(sealed[:20]), b""):
        with pytest.raises((InvalidTag, ValueError)):
            sealing.unseal(damaged)
