"""``flask users``: the people. WHO is an address, or the number that the list shows."""

from typing import Any

import click
from flask import current_app

from app.cli.groups import Group, loaded, table
from app.controllers import instance_settings, people, registrations
from app.core.paging import MAX_PER_PAGE
from app.models.users import ROLES
from app.schemas.people import PeopleQuery
from app.schemas.registrations import InvitationInput
from app.services.people import Person

group = Group("users", help="The people. WHO is an address or a number.")
_who = click.argument("who")


@group.command("list")
@click.option("--search", "q", default="", help="Words in names and addresses.")
@click.option("--role", help="user or admin.")
@click.option("--state", help="active, disabled or unverified.")
@click.option("--sort", help="email, registered, seen; with - in front the other way round.")
def list_all(**filters: str | None) -> None:
    """List accounts."""
    asked = {name: value for name, value in filters.items() if value}
    found: list[Person] = []
    page, pages = 1, 1
    while page <= pages:
        query = loaded(PeopleQuery(), {**asked, "page": page, "per_page": MAX_PER_PAGE})
        some = people.list_page(None, **query)
        found, pages, page = [*found, *some.items], some.pages, page + 1
    if not found:
        click.echo("Nobody matches.", err=True)
        return
    table([("id", "address", "role", "state", "last seen"), *map(_row, found)])


@group.command("show")
@_who
def show(who: str) -> None:
    """Say what is known of an account; of its ledgers only how many there are."""
    person = people.show(None, people.find_id(who))
    table(
        [
            ("id", person.id),
            ("address", person.email),
            ("name", person.name),
            ("role", person.role),
            ("state", _state(person)),
            ("address proved", _yes(person.is_verified)),
            ("second factor", _yes(person.has_second_factor)),
            ("registered", f"{person.created_at:%Y-%m-%d %H:%M} UTC"),
            ("last seen", _seen(person)),
            ("ledgers", person.ledgers),
        ]
    )


@group.command("disable")
@_who
def disable(who: str) -> None:
    """Keep somebody out: ends sign-ins and tokens, the books stay."""
    _change(who, "Disabled", is_active=False)


@group.command("enable")
@_who
def enable(who: str) -> None:
    """Let somebody sign in again."""
    _change(who, "Enabled", is_active=True)


@group.command("role")
@_who
@click.argument("role", type=click.Choice(ROLES))
def set_role(who: str, role: str) -> None:
    """Make somebody an administrator (admin), or none (user)."""
    _change(who, f"Now {role}", role=role)


@group.command("reset")
@_who
def reset(who: str) -> None:
    """Mail somebody a link to set a new password."""
    user_id = people.find_id(who)
    people.send_reset(None, user_id)
    click.echo(f"A link is on its way to {people.show(None, user_id).email}.")


@group.command("sign-out")
@_who
def sign_out(who: str) -> None:
    """End every sign-in, API token and mailed link of somebody."""
    ended = people.sign_out(None, people.find_id(who))
    click.echo(f"Ended: {ended}.")


@group.command("delete")
@_who
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(who: str, *, yes: bool) -> None:
    """Erase somebody and the ledgers that are theirs alone. It cannot be undone."""
    user_id = people.find_id(who)
    email = people.show(None, user_id).email
    if not yes:
        click.confirm(f"Erase {email} with all that is theirs alone?", abort=True)
    people.delete(None, user_id)
    click.echo(f"{email} is nobody here any more; a worker removes the rest.")


@group.command("invite")
@click.argument("email", required=False)
def invite(email: str | None) -> None:
    """Make a link that lets one person register; for the address EMAIL, mail it there too."""
    settings = current_app.extensions["settings"]
    data = loaded(InvitationInput(only=("email",)), {"email": email})
    click.echo(registrations.invite(None, base_url=settings.base_url, **data).url)
    if instance_settings.for_registration(settings.registration).mode == "closed":
        click.echo("It works once registration is invite; now it is closed.", err=True)


def _change(who: str, said: str, **changes: Any) -> None:
    person = people.update(None, people.find_id(who), **changes)
    click.echo(f"{said}: {person.email}.")


def _row(person: Person) -> tuple[object, ...]:
    return person.id, person.email, person.role, _state(person), _seen(person)


def _state(person: Person) -> str:
    if person.is_being_erased:
        return "being erased"
    return "active" if person.is_active else "disabled"


def _seen(person: Person) -> str:
    return f"{person.last_seen_at:%Y-%m-%d %H:%M} UTC" if person.last_seen_at else "never"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
