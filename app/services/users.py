"""People: how they are made and how a password is proved."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import exists, select

from app.models.base import session
from app.models.users import User

_hasher = PasswordHasher()
# Verified for an unknown address, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")


def normalize_email(email: str) -> str:
    """Return the address as it is stored and compared."""
    return email.strip().lower()


def exist() -> bool:
    """Whether anybody is registered."""
    return bool(session.scalar(select(exists().where(User.id > 0))))


def record(*, email: str, password: str, **details: str) -> User:
    """Add a person; the first one of an instance becomes its administrator."""
    user = User(
        email=normalize_email(email),
        password_hash=_hasher.hash(password),
        role="user" if exist() else "admin",
        **details,
    )
    session.add(user)
    session.flush()
    return user


def find_by_credentials(email: str, password: str) -> User | None:
    """Return the active person whose address and password these are, or None, in equal time."""
    user = session.scalar(select(User).where(User.email == normalize_email(email)))
    correct = _matches(user.password_hash if user else _NOBODY, password)
    return user if user and correct and user.is_active else None


def refresh_hash(user: User, password: str) -> None:
    """Hash the proved password anew when the parameters in use are stronger by now."""
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except Argon2Error:
        return False


def find(user_id: int) -> User:
    """Return the person with this id, who is known to exist."""
    return session.execute(select(User).where(User.id == user_id)).scalar_one()
