"""Who people are: registering, signing in, signing out."""

import datetime as dt
from dataclasses import replace

from app.core.errors import Forbidden, OtpInvalid, OtpRequired, Unauthenticated
from app.core.uow import UnitOfWork, unit_of_work
from app.models.activities import NOBODY, Trace
from app.models.invitations import Invitation
from app.models.ledgers import LedgerKey
from app.models.users import Actor, Circumstances, Opened, User
from app.services import (
    activities,
    attempts,
    invitations,
    joining,
    ledgers,
    links,
    mails,
    passwords,
    registrations,
    second_factors,
    seen,
    sign_ins,
    users,
)


def is_first() -> bool:
    """Whether nobody is registered yet: whoever registers next becomes the administrator."""
    return not users.exist()


def register(
    *,
    mode: str,
    email: str,
    password: str,
    invitation: str = "",
    visitor: Trace = NOBODY,
    **details: str,
) -> User:
    """Make a person with their personal ledger, and send them a link that proves their address.

    ``mode`` says who may: see :func:`registrations.admit`. Conflict when the address is taken,
    Invalid when the password is too weak.
    """
    registrations.admit(mode, invitation, email)
    about = (details.get("first_name", ""), details.get("last_name", ""))
    passwords.check(password, email, *about)
    password_hash = users.hash_password(password)
    with unit_of_work() as work:
        invited = registrations.admit(mode, invitation, email)
        user = users.record(email=email, password_hash=password_hash, **details)
        ledgers.open_personal(user)
        activities.record(visitor.of(user.id), "user.registered", user_id=user.id)
        if invited:
            _take_up(invited, invitation, user, visitor)
        mails.post(work, links.VERIFY, recipient=user.email, user=user)
    return user


def _take_up(invited: Invitation, token: str, user: User, visitor: Trace) -> None:
    """Use the invitation somebody registers with; one into a ledger lets them into that, too.

    Otherwise a link for one person would let any number register before the first one joins.
    """
    if invited.ledger_id is None:
        invitations.use(invited)
        return
    with unit_of_work(LedgerKey(invited.ledger_id)):
        joining.join(visitor.of(user.id), token, user)


def sign_in(circumstances: Circumstances, *, email: str, password: str, otp: str = "") -> Opened:
    """Prove a password and open a sign-in.

    Raises Unauthenticated in the same words whether the address or the password was wrong.
    Somebody with a second factor needs ``otp`` too, a code of theirs: OtpRequired without one,
    OtpInvalid when it is not good. TooMany while failures slow the account down; a device that
    signed in before waits only for its own.
    """
    lane = _lane(email, circumstances)
    attempts.check(lane)
    user = users.find_by_credentials(email, password)
    if user is None:
        attempts.failed(lane)
        _note_failure(email, circumstances)
        raise Unauthenticated("This address and password do not belong together.")
    _renew_hash(user, password)
    with_factor = second_factors.find(user.id) is not None
    if with_factor and not otp:
        raise OtpRequired(user.id, user.link_number)
    return _open(user, circumstances, lane, otp=otp if with_factor else None)


def finish_sign_in(circumstances: Circumstances, *, user_id: int, mark: int, otp: str) -> Opened:
    """Open the sign-in of somebody who proved their password a moment ago.

    ``user_id`` and ``mark`` are those of the OtpRequired that was raised then. Raises OtpInvalid
    for a code that is not good, Unauthenticated when the proof of the password holds no more,
    TooMany as :func:`sign_in` does.
    """
    user = users.find_active(user_id)
    if user is None or user.link_number != mark:
        raise Unauthenticated("Sign in again, from the start.")
    lane = _lane(user.email, circumstances)
    attempts.check(lane)
    return _open(user, circumstances, lane, otp=otp)


def _lane(email: str, circumstances: Circumstances) -> attempts.Lane:
    """Return whose failures count together; only programs are known by their address."""
    address = circumstances.address if circumstances.kind == "api" else ""
    return attempts.lane(email, device=circumstances.device, address=address)


def _renew_hash(user: User, password: str) -> None:
    if users.needs_rehash(user):
        password_hash = users.hash_password(password)
        with unit_of_work():
            user.password_hash = password_hash


def _open(
    user: User, circumstances: Circumstances, lane: attempts.Lane, *, otp: str | None
) -> Opened:
    """Open a sign-in whose password was proved; ``otp`` is None where no code is needed."""
    with unit_of_work() as work:
        strength = "password" if otp is None else _strength(work, user, otp)
        if strength:
            work.after_commit(attempts.succeeded, lane)
            activities.record_sign_in(user.id, circumstances, strength)
            return sign_ins.record(user, circumstances, strength=strength)
    attempts.failed(lane)
    _note_failure(user.email, circumstances)
    raise OtpInvalid


def _note_failure(email: str, circumstances: Circumstances) -> None:
    """Write down that somebody failed to sign in, if there is such an account.

    The transaction is the same for an unknown address, so that it takes as long.
    """
    with unit_of_work():
        user = users.find_by_email(email)
        activities.record_failed_sign_in(circumstances, user.id if user else None)


def _strength(work: UnitOfWork, user: User, otp: str) -> str | None:
    """Take a code beside a proved password; returns how strong both are, None if it is no good.

    A wrong code is counted, so the transaction has to be committed either way.
    """
    proof = second_factors.accept(user.id, otp)
    if proof == "recovery":
        second_factors.tell(work, user, "recovery_code_used")
        activities.record(Trace(user.id), "second_factor.recovery_code_used", user_id=user.id)
    return proof and f"password+{proof}"


def find_actor(token: str, kind: str, *, idle: dt.timedelta) -> Actor | None:
    """Return who a sign-in's secret stands for, or None when it counts no more.

    Unseen for longer than ``idle``, it counts no more.
    """
    actor = sign_ins.find_actor(token, kind, idle=idle)
    if actor and actor.sign_in_id and seen.is_due(actor.seen_at):
        seen.note(sign_ins.note_seen, actor.sign_in_id)
    return actor


def refresh(actor: Actor, number: int) -> tuple[User, int]:
    """Use up the refresh token with this number; returns the number of the next one.

    The token before the newest gets the same answer again for some seconds: the first one may have
    been lost. Any other was copied: the family ends, its owner is told, Unauthenticated.
    """
    sign_in_id = _signed_in(actor)
    user = users.find(actor.id)
    with unit_of_work() as work:
        if sign_ins.advance(sign_in_id, number) or sign_ins.is_retry(sign_in_id, number):
            return user, number + 1
        if sign_ins.revoke_of(actor.id, sign_in_id):
            details = {"device": sign_ins.device_of(sign_in_id)}
            mails.post(work, "tokens_reused", recipient=user.email, user=user, details=details)
            stranger = replace(actor.trace, user_id=None)
            activities.record(stranger, "sign_in.tokens_reused", user_id=user.id)
    raise Unauthenticated("This token was used before. Sign in again.")


def sign_out(actor: Actor) -> None:
    """End the sign-in the actor came with, for every cookie and token that goes with it."""
    with unit_of_work():
        sign_ins.revoke(_signed_in(actor))
        activities.record(actor.trace, "user.signed_out", user_id=actor.id)


def _signed_in(actor: Actor) -> int:
    if actor.sign_in_id is None:
        raise Forbidden("A personal token cannot do this. Sign in.")
    return actor.sign_in_id


def show_user(actor: Actor) -> User:
    """Return the acting person as they are stored."""
    return users.find(actor.id)
