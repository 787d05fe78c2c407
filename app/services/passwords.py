"""Passwords: which ones are refused, and what a new one ends."""

import re
from collections.abc import Sequence
from threading import Lock

from zxcvbn import zxcvbn

from app.core.errors import Invalid
from app.core.uow import UnitOfWork
from app.models.users import User
from app.services import api_tokens, links, mails, sign_ins

WEAKEST = 2
"""The lowest score of zxcvbn that will do, of 0 to 4: more than a million guesses."""

MOST_CHECKED = 72
"""Characters that are looked at, as zxcvbn's own limit: what is long enough is not weak."""

_checking = Lock()  # zxcvbn keeps the words about a person in a global


def check(password: str, *about: str) -> None:
    """Refuse a password that is common, or easily guessed by who knows ``about`` its owner.

    Asks nobody: the lists come with the package. Raises Invalid that says why.
    """
    with _checking:
        found = zxcvbn(password[:MOST_CHECKED], user_inputs=_words(about))
    if found["score"] < WEAKEST:
        why = found["feedback"]["warning"] or "This is easy to guess."
        advice = "Take a longer one: a few words that do not belong together."
        raise Invalid(errors={"password": [f"{why.rstrip('.')}. {advice}"]})


def _words(about: Sequence[str]) -> list[str]:
    """Return the texts as they are, what is in front of an @, and that without its signs."""
    names = [text.partition("@")[0] for text in about]
    plain = [re.sub(r"[\W_]", "", name) for name in names]
    return [word for word in (*about, *names, *plain) if len(word) > 2]


def replace(
    work: UnitOfWork,
    user: User,
    password_hash: str,
    *,
    keep: int | None = None,
    revoke_tokens: bool = False,
) -> int:
    """Give a person a new password; ends their sign-ins but ``keep``, and links sent before.

    Returns how many personal API tokens were ended too, as ``revoke_tokens`` asks for.
    """
    user.password_hash = password_hash
    links.end_all(user)
    sign_ins.revoke_all(user.id, keep=keep)
    tokens = api_tokens.revoke_all(user.id) if revoke_tokens else 0
    details = {"tokens": tokens}
    mails.post(work, "password_changed", recipient=user.email, user=user, details=details)
    return tokens
