"""``flask`` commands: an adapter like any other, for whoever may run programs on the server."""

from flask import Flask

from app.cli import demo, jobs, ledger, settings, users

COMMANDS = (ledger.group, users.group, jobs.group, settings.group, demo.command)


def init_app(app: Flask) -> None:
    """Add Outlay's commands to ``flask``."""
    for command in COMMANDS:
        app.cli.add_command(command)
