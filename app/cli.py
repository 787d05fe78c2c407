"""``flask`` commands: an adapter like any other."""

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from marshmallow import ValidationError

from app.controllers import demo, instance_settings, registrations, verification
from app.schemas.registrations import InvitationInput

ledger = AppGroup("ledger", help="The books.")
users = AppGroup("users", help="The people.")


def init_app(app: Flask) -> None:
    """Add Outlay's commands to ``flask``."""
    app.cli.add_command(ledger)
    app.cli.add_command(users)
    app.cli.add_command(fill_demo)


@ledger.command("verify")
def verify() -> None:
    """Recompute every kept balance and total from the rows; fails and names what differs."""
    differences = verification.find_differences()
    for difference in differences:
        click.echo(difference, err=True)
    if differences:
        click.echo(f"{len(differences)} differences.", err=True)
        sys.exit(1)
    click.echo("The books are right: every kept figure equals the sum of its rows.")


@users.command("invite")
@click.argument("email", required=False)
def invite(email: str | None) -> None:
    """Make a link that lets one person register; for the address EMAIL, mail it there too."""
    settings = current_app.extensions["settings"]
    try:
        data = InvitationInput(only=("email",)).load({"email": email})
    except ValidationError as error:
        raise click.BadParameter(f"{email} is no e-mail address.", param_hint="EMAIL") from error
    click.echo(registrations.invite(None, base_url=settings.base_url, **data).url)
    if instance_settings.for_registration(settings.registration).mode == "closed":
        click.echo("It works once registration is invite; now it is closed.", err=True)


@click.command("demo")
def fill_demo() -> None:
    """Make a demo account with three believable years."""
    account = demo.fill()
    click.echo(f"Sign in as {account.email} with the password {account.password}")
