"""People: how they are made and how a password is proved."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import exists, select

from app.models.base import session
from app.models.users import User

_hasher = PasswordHasher()
# Verified for an unknown address, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")
DEMO_EMAIL = "demo@outlay.example"


def normalize_email(email: str) -> str:
    """Return the address as it is stored and compared."""
    return email.strip().lower()


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


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except Argon2Error:
        return False


def find(user_id: int) -> User:
    """Return the person with this id, who is known to exist."""
    return session.execute(select(User).where(User.id == user_id)).scalar_one()
