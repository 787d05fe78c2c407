"""The kind of group every noun of the commands uses: what goes wrong is a sentence."""

from typing import Any

import click
from flask.cli import AppGroup
from marshmallow import Schema, ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError

from app.core.errors import OutlayError
from app.schemas.messages import flat_errors


class Group(AppGroup):
    """Commands about one noun. A fault ends them with a sentence and the exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except OutlayError as error:
            messages = [message for said in error.errors.values() for message in said]
            raise click.ClickException(" ".join(messages) or error.detail) from error
        except (InterfaceError, OperationalError) as error:
            raise click.ClickException("The database does not answer.") from error


def loaded(schema: Schema, values: dict[str, Any]) -> dict[str, Any]:
    """Return values as ``schema`` reads them; what it refuses ends the command with a sentence."""
    try:
        data: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        faults = flat_errors(error.messages)
        said = [f"{name}: {' '.join(messages)}" for name, messages in faults.items()]
        raise click.UsageError(" ".join(said)) from error
    return data


def table(rows: list[tuple[object, ...]]) -> None:
    """Write rows with their columns below each other."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
