"""``flask`` commands: an adapter like any other."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from app.controllers import demo, verification

ledger = AppGroup("ledger", help="The books.")


def init_app(app: Flask) -> None:
    """Add Outlay's commands to ``flask``."""
    app.cli.add_command(ledger)
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


@click.command("demo")
def fill_demo() -> None:
    """Make a demo account with three believable years."""
    account = demo.fill()
    click.echo(f"Sign in as {account.email} with the password {account.password}")
