"""``flask ledger``: the books."""

import sys

import click

from app.cli.groups import Group
from app.controllers import verification

group = Group("ledger", help="The books.")


@group.command("verify")
def verify() -> None:
    """Recompute every kept balance and total from the rows; fails and names what differs."""
    differences = verification.find_differences()
    for difference in differences:
        click.echo(difference, err=True)
    if differences:
        click.echo(f"{len(differences)} differences.", err=True)
        sys.exit(1)
    click.echo("The books are right: every kept figure equals the sum of its rows.")
