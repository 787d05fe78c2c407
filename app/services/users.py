"""People: how they are made and how a password is proved."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import exists, select

from app.core.errors import Invalid, Unauthenticated
from app.models.base import session
from app.models.users import User

_hasher = PasswordHasher()
# Verified for an unknown address, so that the answer takes as long as for a known one. Written out,
# since every process would begin with hashing it otherwise.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4"
    "$tw7BLqbqa+mMtYYXlgGmoQ$YSxCZP/WfE62MdP8hSvf1b0/eqUwt7nfIRqy3BWATc0"
)
DEMO_EMAIL = "demo@outlay.example"
NO_PASSWORD = "!"  # noqa: S105 - no password, but the sign that there is none
"""In front of the hash of a password that nobody knows; any password set later is without it."""
NONE_YET = "You have no password yet. Have a link sent that sets one: Settings, Security, Password."


def normalize_email(email: str) -> str:
    """Return the address as it is stored and compared; look-alikes by compatibility are one."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def exist() -> bool:
    """Whether anybody is registered; the demo account is nobody."""
    return bool(session.scalar(select(exists().where(User.email != DEMO_EMAIL))))


def hash_password(password: str) -> str:
    """Return what is stored of a password (argon2id). Slow on purpose: not inside a transaction."""
    return _hasher.hash(password)


def record(*, email: str, password_hash: str, **details: str) -> User:
    """Add a person; the first one of an instance becomes its administrator."""
    address = normalize_email(email)
    role = "user" if address == DEMO_EMAIL or exist() else "admin"
    user = User(email=address, password_hash=password_hash, role=role, **details)
    session.add(user)
    session.flush()
    return user


def find_by_email(email: str) -> User | None:
    """Return the person with this address."""
    return session.scalar(select(User).where(User.email == normalize_email(email)))


def find_by_credentials(email: str, password: str) -> User | None:
    """Return the active person whose address and password these are, or None, in equal time."""
    user = find_by_email(email)
    correct = _matches(user.password_hash if user else _NOBODY, password)
    return user if user and correct and user.is_active else None


def needs_rehash(user: User) -> bool:
    """Whether the parameters in use are stronger by now than those of the stored hash."""
    return _hasher.check_needs_rehash(user.password_hash)


def unknown_password_hash() -> str:
    """Return the hash of a password that nobody knows, for people who sign in without one."""
    return NO_PASSWORD + hash_password(secrets.token_urlsafe(32))


def has_password(user: User) -> bool:
    """Whether the person ever chose a password."""
    return not user.password_hash.startswith(NO_PASSWORD)


def password_matches(user: User, password: str) -> bool:
    """Whether this is the person's password. Slow on purpose: not inside a transaction."""
    return _matches(user.password_hash, password)


def demand_password(user: User, password: str, *, field: str = "password") -> None:
    """Ask for the password again before something that a thief must not do. Invalid if wrong.

    ``field`` names the input it came in. Who has none is told how to get one.
    """
    if not has_password(user):
        raise Invalid(errors={field: [NONE_YET]})
    if not password_matches(user, password):
        raise Invalid(errors={field: ["This is not your password."]})


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash.removeprefix(NO_PASSWORD), password)
    except Argon2Error:
        return False


def find(user_id: int) -> User:
    """Return the person with this id, who is known to exist."""
    return session.execute(select(User).where(User.id == user_id)).scalar_one()


def find_active(user_id: int) -> User | None:
    """Return the person with this id as they are now, unless they are disabled or gone."""
    query = select(User).where(User.id == user_id, User.is_active)
    return session.scalar(query, execution_options={"populate_existing": True})


def demand_active(user_id: int) -> User:
    """Return the person with this id; Unauthenticated when they are disabled or gone."""
    user = find_active(user_id)
    if user is None:
        raise Unauthenticated("This account is disabled.")
    return user


def find_locked(user_id: int) -> User:
    """Return the person as they are stored now; nobody else changes them before the commit."""
    query = select(User).where(User.id == user_id).with_for_update()
    return session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def amend(user: User, **changes: object) -> None:
    """Change what a person says of themselves."""
    for name, value in changes.items():
        setattr(user, name, value)
    session.flush()
