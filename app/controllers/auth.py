"""Who people are: registering, signing in, signing out."""

import datetime as dt

from app.core.errors import Unauthenticated
from app.core.uow import unit_of_work
from app.models.users import Actor, SignIn, User
from app.services import ledgers, sign_ins, users


def is_first() -> bool:
    """Whether nobody is registered yet: whoever registers next becomes the administrator."""
    return not users.exist()


def register(*, email: str, password: str, **details: str) -> User:
    """Make a person with their personal ledger. Conflict when the address is taken."""
    password_hash = users.hash_password(password)
    with unit_of_work():
        user = users.record(email=email, password_hash=password_hash, **details)
        ledgers.open_personal(user)
    return user


def sign_in(
    *,
    email: str,
    password: str,
    kind: str,
    lifetime: dt.timedelta,
    user_agent: str = "",
    address: str = "",
) -> tuple[User, SignIn, str]:
    """Prove a password and open a sign-in; returns it with the secret that stands for it.

    Raises Unauthenticated in the same words whether the address or the password was wrong.
    """
    user = users.find_by_credentials(email, password)
    if user is None:
        raise Unauthenticated("This address and password do not belong together.")
    password_hash = users.hash_password(password) if users.needs_rehash(user) else None
    with unit_of_work():
        user.password_hash = password_hash or user.password_hash
        opened, token = sign_ins.record(
            user, kind=kind, lifetime=lifetime, user_agent=user_agent, address=address
        )
    return user, opened, token


def find_actor(token: str, kind: str) -> Actor | None:
    """Return who a sign-in's secret stands for, or None when it counts no more."""
    return sign_ins.find_actor(token, kind)


def sign_out(actor: Actor) -> None:
    """End the sign-in the actor came with, for every cookie and token that goes with it."""
    with unit_of_work():
        sign_ins.revoke(actor.sign_in_id)


def show_user(actor: Actor) -> User:
    """Return the acting person as they are stored."""
    return users.find(actor.id)
