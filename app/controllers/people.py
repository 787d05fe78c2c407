"""People, as administrators manage them: they see accounts, and nothing of anybody's books.

``actor`` is an administrator, or None for who may run commands on the server. For everybody else
there is nothing here.
"""

from collections.abc import Callable, Sequence

from app.controllers import erasures
from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.activities import Trace
from app.models.users import Actor, User
from app.policies import require_operator
from app.services import activities, links, mails, people, users
from app.services.people import Person

Check = Callable[[Person], None]
"""Held against a person as they are stored, under their lock; raises where it does not fit."""


def list_page(
    actor: Actor | None,
    *,
    request: PageRequest,
    q: str = "",
    role: str | None = None,
    state: str | None = None,
) -> Page[Person]:
    """Return a page of the people there are."""
    require_operator(actor)
    return people.find_page(request, q=q, role=role, state=state)


def show(actor: Actor | None, user_id: int) -> Person:
    """Return one of them."""
    require_operator(actor)
    return people.find(user_id)


def find_id(email_or_id: str) -> int:
    """Return whom an address, or an id in digits, means; for commands. NotFound when nobody."""
    return people.find_id(email_or_id)


def update(
    actor: Actor | None,
    user_id: int,
    *,
    role: str | None = None,
    is_active: bool | None = None,
    confirm: bool = False,
    check: Check | None = None,
) -> Person:
    """Give a person another role, disable or enable them; counts on their next request.

    Disabling ends their sign-ins, tokens and links too. Conflict for the last administrator;
    Invalid without ``confirm`` where somebody would shut themselves out.
    """
    by = require_operator(actor)
    with unit_of_work() as work:
        user, administrators = people.lock(user_id)
        _still_admit(actor, administrators)
        if check:
            check(people.find(user_id))
        if role == "user" or is_active is False:
            _hold_against(actor, user, administrators, confirm=confirm)
        _set_role(by, user, role)
        _set_active(by, user, is_active)
        work.session.flush()
    return people.find(user_id)


def send_reset(actor: Actor | None, user_id: int) -> None:
    """Mail a person a link to set a new password. Conflict where no mail may go to them."""
    by = require_operator(actor)
    with unit_of_work() as work:
        user, administrators = people.lock(user_id)
        _still_admit(actor, administrators)
        _demand_reachable(user)
        mails.post(work, links.RESET, recipient=user.email)
        activities.record(by, "user.password_reset_sent", user_id=user.id)


def sign_out(actor: Actor | None, user_id: int) -> int:
    """End every sign-in, token and mailed link of a person at once; returns how many."""
    by = require_operator(actor)
    with unit_of_work() as work:
        user, administrators = people.lock(user_id)
        _still_admit(actor, administrators)
        ended = people.sign_out(user)
        work.session.flush()
        activities.record(by, "sign_in.all_revoked", user_id=user.id, ended=ended)
    return ended


def delete(actor: Actor | None, user_id: int, *, password: str = "") -> None:
    """Erase somebody else: they are nobody from the next request on, and a job does the rest.

    Invalid where ``password`` is not that of the administrator who asks; Conflict for oneself, who
    is erased in the settings, and for the last administrator.
    """
    by = require_operator(actor)
    if actor is not None:
        users.demand_password(users.find(actor.id), password)
        if actor.id == user_id:
            raise Conflict("This is your own account. Erase it in your settings.")
    with unit_of_work() as work:
        user, administrators = people.lock(user_id)
        _still_admit(actor, administrators)
        people.require_another(user, administrators)
        erasures.begin(work, by, user)


def _still_admit(actor: Actor | None, administrators: Sequence[int]) -> None:
    """Refuse who was an administrator when the request came, and is none any more."""
    if actor is not None and actor.id not in administrators:
        raise NotFound


def _hold_against(
    actor: Actor | None, user: User, administrators: Sequence[int], *, confirm: bool
) -> None:
    people.require_another(user, administrators)
    if actor is not None and actor.id == user.id and not confirm:
        message = "This is your own account, and you could not undo it. Confirm that you mean it."
        raise Invalid(errors={"confirm": [message]})


def _set_role(by: Trace, user: User, role: str | None) -> None:
    if role in {None, user.role}:
        return
    before, user.role = {"role": user.role}, str(role)
    after = {"role": user.role}
    activities.record(by, "user.role_changed", user_id=user.id, before=before, after=after)


def _set_active(by: Trace, user: User, is_active: bool | None) -> None:
    if is_active in {None, user.is_active}:
        return
    if is_active and user.erasure_requested_at is not None:
        raise Conflict("This account is being erased; it cannot be enabled any more.")
    user.is_active = bool(is_active)
    if not is_active:
        people.sign_out(user)
    kind = "user.enabled" if is_active else "user.disabled"
    activities.record(by, kind, user_id=user.id)


def _demand_reachable(user: User) -> None:
    if not user.is_active:
        raise Conflict("This account is disabled. Enable it first.")
    if not user.is_verified:
        raise Conflict("This address is not proved, so no link to a new password goes there.")
