"""Passkeys: WebAuthn credentials (W3C Level 3) that a device keeps and its owner unlocks.

An answer of a device counts for one challenge, one site, and only if its owner was verified there
(by finger, face or PIN): it stands for both factors.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from sqlalchemy import select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import options_to_json_dict, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.core import clock
from app.models.base import session
from app.models.second_factors import Passkey
from app.models.users import User

T = TypeVar("T")
Options = dict[str, Any]

SITE_NAME = "Outlay"
# What the library lets through of input that no browser sends.
_FAULTS = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    struct.error,
)


class Unproved(Exception):
    """What a device answered does not prove what it should."""


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys are bound to: a host name (``rp_id``) and the origin people type."""

    rp_id: str
    origin: str


def find_all(user_id: int) -> Sequence[Passkey]:
    """Return a person's passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    return session.scalars(query).all()


def find(user_id: int, passkey_id: int) -> Passkey | None:
    """Return one passkey of a person."""
    query = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
    return session.scalar(query)


def registration_options(site: Site, user: User) -> tuple[Options, bytes]:
    """Return what a browser needs to make a passkey, and the challenge in it."""
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=SITE_NAME,
        user_id=_handle(user.id),
        user_name=user.email,
        user_display_name=user.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=known.credential_id) for known in find_all(user.id)
        ],
    )
    return options_to_json_dict(options), options.challenge


def record(site: Site, user_id: int, *, challenge: bytes, credential: str, name: str) -> Passkey:
    """Keep a new passkey as the browser tells of it. Unproved when it is not what was asked for."""
    made = _checked(
        lambda: verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    )
    passkey = Passkey(
        user_id=user_id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    session.add(passkey)
    session.flush()
    return passkey


def sign_in_options(site: Site) -> tuple[Options, bytes]:
    """Return what a browser needs to ask for any passkey of this site, and the challenge in it."""
    options = generate_authentication_options(
        rp_id=site.rp_id, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json_dict(options), options.challenge


def prove(site: Site, *, challenge: bytes, credential: str) -> Passkey:
    """Return the passkey that answered, noted as used. Unproved when the answer is not good.

    The count of signatures may not go back: that would show a copy of the device's key.
    """
    answer = _checked(lambda: parse_authentication_credential_json(credential))
    query = select(Passkey).where(Passkey.credential_id == answer.raw_id).with_for_update()
    passkey = session.scalar(query, execution_options={"populate_existing": True})
    handle = answer.response.user_handle
    if passkey is None or (handle is not None and handle != _handle(passkey.user_id)):
        raise Unproved
    proof = _checked(
        lambda: verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    )
    passkey.sign_count = proof.new_sign_count
    passkey.last_used_at = clock.now()
    return passkey


def remove(passkey: Passkey) -> None:
    """Forget a passkey; the device still has its part, which is worth nothing now."""
    session.delete(passkey)


def _handle(user_id: int) -> bytes:
    """Return what stands for a person on their devices: nothing that tells who they are."""
    return user_id.to_bytes(8, "big")


def _checked(check: Callable[[], T]) -> T:
    try:
        return check()
    except _FAULTS as error:
        raise Unproved from error
