"""Personal API tokens: made by a person who is signed in, used by their scripts."""

import datetime as dt
from collections.abc import Collection, Sequence

from app.core.errors import Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.models.api_tokens import ApiToken
from app.models.users import Actor
from app.services import activities, api_tokens, seen

PREFIX = api_tokens.PREFIX


def find_actor(text: str) -> Actor | None:
    """Return who a token stands for, or None when it counts no more."""
    actor = api_tokens.find_actor(text)
    if actor and actor.token_id and seen.is_due(actor.seen_at):
        seen.note(api_tokens.note_used, actor.token_id)
    return actor


def list_all(actor: Actor) -> Sequence[ApiToken]:
    """Return the actor's tokens that count, the newest first."""
    return api_tokens.find_all(actor.id)


def create(
    actor: Actor, *, name: str, scopes: Collection[str], expires_in_days: int | None
) -> tuple[ApiToken, str]:
    """Make a token; returns it with its text, which cannot be shown again.

    Forbidden with a token: otherwise one that leaked could outlive its end.
    """
    if actor.sign_in_id is None:
        raise Forbidden("A token cannot make tokens. Sign in.")
    if "admin" in scopes and actor.role != "admin":
        raise Invalid(errors={"scopes": ["Only administrators can give the scope admin."]})
    lifetime = None if expires_in_days is None else dt.timedelta(days=expires_in_days)
    with unit_of_work():
        made, text = api_tokens.record(actor.id, name=name, scopes=scopes, lifetime=lifetime)
        after = {"name": name, "scopes": sorted(scopes)}
        activities.record(actor.trace, "token.created", made, user_id=actor.id, after=after)
    return made, text


def revoke(actor: Actor, token_id: int) -> None:
    """End one of the actor's tokens at once. NotFound when it is not theirs, or has ended."""
    with unit_of_work():
        names = {one.id: one.name for one in api_tokens.find_all(actor.id)}
        if not api_tokens.revoke(actor.id, token_id):
            raise NotFound
        before = {"name": names.get(token_id)}
        activities.record(actor.trace, "token.revoked", user_id=actor.id, before=before)
