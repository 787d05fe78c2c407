"""Requests that may be sent twice and must be done once."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from app.core import sealing
from app.core.errors import Invalid
from app.core.uow import unit_of_work
from app.models.requests import IdempotentRequest
from app.models.users import Actor
from app.policies import Permission, require, require_administrator
from app.services import requests, scoping


class Answer:
    """The answer to a request: ``kept`` from its first time, or to be kept now.

    The body of a ``secret`` one is kept sealed.
    """

    def __init__(self, actor: Actor, key: str, fingerprint: bytes, *, secret: bool) -> None:
        self._identity = (actor.id, key, fingerprint)
        self._secret = secret
        self.kept: IdempotentRequest | None = requests.find(actor.id, key)
        if self.kept and self.kept.fingerprint != fingerprint:
            message = "This key was used for another request."
            raise Invalid(message, errors={"Idempotency-Key": [message]})

    def keep(self, status: int, body: str, location: str | None) -> None:
        """Store the answer together with what the request changed."""
        stored = base64.b64encode(sealing.seal(body)).decode() if self._secret else body
        requests.record(*self._identity, status=status, body=stored, location=location)

    def body_of(self, kept: IdempotentRequest) -> str:
        """Return the body that was kept, readable."""
        return sealing.unseal(base64.b64decode(kept.body)) if self._secret else kept.body


@contextmanager
def once(
    actor: Actor, key: str, fingerprint: bytes, *, wait: bool = False, secret: bool = False
) -> Iterator[Answer]:
    """Do a request at most once per person and ``key``, in one transaction with its answer.

    Invalid when the key stands for another request; while the first is still running, ``wait`` for
    it, or Conflict. ``secret`` answers are kept sealed.
    """
    with unit_of_work():
        requests.lock(actor.id, key, wait=wait)
        yield Answer(actor, key, fingerprint, secret=secret)


def demand_still(actor: Actor, permission: Permission, ledger_id: int | None = None) -> None:
    """Hold a kept answer back from who may not do by now what it is the answer to.

    Raises what the request itself would: NotFound, or Forbidden in a ledger they still see.
    """
    if permission == Permission.ADMINISTER:
        require_administrator(actor)
    else:
        require(scoping.find_ledger(actor, ledger_id), permission)
