"""``flask demo``: an account to look around in."""

import click
from flask.cli import with_appcontext

from app.controllers import demo


@click.command("demo")
@with_appcontext
def command() -> None:
    """Make a demo account with three believable years."""
    account = demo.fill()
    click.echo(f"Sign in as {account.email} with the password {account.password}")
