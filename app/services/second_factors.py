"""One-time passwords (TOTP, RFC 6238) and the recovery codes that stand in for them."""

import datetime as dt
import hashlib
import hmac
import secrets

import pyotp
from sqlalchemy import delete, func, select, update

from app.core import clock
from app.core.uow import UnitOfWork
from app.models.base import session
from app.models.second_factors import OneTimePassword, RecoveryCode
from app.models.users import User
from app.services import mails

ISSUER = "Outlay"
PERIOD = 30
DRIFT = 1
"""How many steps a clock may be off, to either side (RFC 6238, section 5.2)."""
TRIES = 5
FIRST_PAUSE = dt.timedelta(minutes=15)
LONGEST_PAUSE = dt.timedelta(days=1)
RECOVERY_CODES = 10
# No 0, 1, i, l, o: the codes are read off paper. 24 of 31 letters are 118 bits.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 6, 4


def find(user_id: int) -> OneTimePassword | None:
    """Return the person's one-time password if it is confirmed, which makes it count."""
    found = session.get(OneTimePassword, user_id, populate_existing=True)
    return found if found and found.confirmed_at else None


def begin(user_id: int) -> OneTimePassword:
    """Keep a new secret for the person, which counts for nothing until it is confirmed."""
    remove(user_id)
    one_time = OneTimePassword(user_id=user_id, secret=pyotp.random_base32())
    session.add(one_time)
    session.flush()
    return one_time


def address(one_time: OneTimePassword, user: User) -> str:
    """Return the ``otpauth:`` address that authenticator apps read from a picture."""
    totp = pyotp.TOTP(one_time.secret, interval=PERIOD)
    return totp.provisioning_uri(name=user.email, issuer_name=ISSUER)


def find_unconfirmed(user_id: int) -> OneTimePassword | None:
    """Return the secret that waits for its first code, locked until the transaction ends."""
    found = _lock(user_id)
    return found if found and not found.confirmed_at else None


def confirm(one_time: OneTimePassword, code: str) -> bool:
    """Let the secret count from now on, if the code is one of its own."""
    if not _take_code(one_time, code):
        return False
    one_time.confirmed_at = clock.now()
    return True


def accept(user_id: int, code: str) -> str | None:
    """Take a code as the second factor of somebody whose first one was proved.

    Returns how it was proved (``otp`` or ``recovery``), None when the code is wrong, was used
    before or comes too soon after too many wrong ones. Locks the person's row: of two sign-ins with
    the same code at the same moment, one works.
    """
    one_time = _lock(user_id)
    if one_time is None or not one_time.confirmed_at:
        return None
    if not is_paused(one_time) and _take_code(one_time, code):
        one_time.failures, one_time.failed_at = 0, None
        return "otp"
    # A recovery code cannot be guessed, so a stranger's wrong codes do not keep its owner out.
    if _take_recovery_code(user_id, code):
        one_time.failures, one_time.failed_at = 0, None
        return "recovery"
    if not is_paused(one_time):
        one_time.failures, one_time.failed_at = one_time.failures + 1, clock.now()
    return None


def is_paused(one_time: OneTimePassword) -> bool:
    """Whether so many codes were wrong that no code of an app counts for a while."""
    if one_time.failures < TRIES or one_time.failed_at is None:
        return False
    # Every fifth wrong code in a row doubles the wait. Guessing would take longer than a life.
    doublings = min(one_time.failures // TRIES - 1, 10)
    pause = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    just_reached = one_time.failures % TRIES == 0
    return just_reached and clock.now() < one_time.failed_at + pause


def remove(user_id: int) -> None:
    """Forget the person's secret and recovery codes."""
    for model in (RecoveryCode, OneTimePassword):
        session.execute(delete(model).where(model.user_id == user_id))


def renew_recovery_codes(user_id: int) -> list[str]:
    """Make ten new codes in place of the old ones; of them only hashes stay."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_digest(code)) for code in codes)
    return codes


def count_recovery_codes(user_id: int) -> int:
    """Return how many recovery codes are left."""
    left = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(left) or 0


def tell(unit: UnitOfWork, user: User, change: str) -> None:
    """Write to a person that one of the ways they prove who they are has changed."""
    mails.post(
        unit,
        "second_factor_changed",
        recipient=user.email,
        user=user,
        details={"change": change},
    )


def _lock(user_id: int) -> OneTimePassword | None:
    query = select(OneTimePassword).where(OneTimePassword.user_id == user_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def _take_code(one_time: OneTimePassword, code: str) -> bool:
    """Use up the step that a code belongs to, and all before it."""
    typed = "".join(code.split())
    totp = pyotp.TOTP(one_time.secret, interval=PERIOD)
    present = int(clock.now().timestamp()) // PERIOD
    for step in range(max(present - DRIFT, one_time.last_step + 1), present + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            one_time.last_step = step
            return True
    return False


def _take_recovery_code(user_id: int, code: str) -> bool:
    taken = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _digest(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    )
    return session.execute(taken).first() is not None


def _new_recovery_code() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[i : i + _GROUP]) for i in range(0, len(letters), _GROUP))


def _digest(code: str) -> bytes:
    """Hash a code however it was typed. It is random and long: no slow hash is needed."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()
