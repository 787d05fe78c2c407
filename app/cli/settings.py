"""``flask settings``: what administrators set while Outlay runs."""

import click
from flask import current_app

from app.cli.groups import Group, loaded, table
from app.controllers import instance_settings
from app.schemas.instance_settings import InstanceSettingsInput

group = Group("settings", help="What administrators set while Outlay runs.")
_name = click.argument("name", type=click.Choice(tuple(InstanceSettingsInput().fields)))


@group.command("show")
def show() -> None:
    """List the settings, where each value is from, and what counts without it."""
    found = instance_settings.show(None, current_app.extensions["settings"].registration)
    table(
        [
            ("setting", "value", "from", "without"),
            *((one.name, one.value, one.source, one.default) for one in found),
        ]
    )


@group.command("set")
@_name
@click.argument("value")
def set_value(name: str, value: str) -> None:
    """Set a value; it counts at once."""
    changes = loaded(InstanceSettingsInput(), {name: value})
    instance_settings.update(None, **changes)
    click.echo(f"{name} is {changes[name]} now.")


@group.command("unset")
@_name
def unset(name: str) -> None:
    """Go back to what counts without a value."""
    instance_settings.update(None, **{name: None})
    click.echo(f"{name} is not set here any more.")
