"""``flask jobs``: what workers do. ID is what the list shows."""

import click

from app.cli.groups import Group, table
from app.controllers import jobs
from app.controllers.jobs import Work

group = Group("jobs", help="What workers do. ID is what the list shows.")
_id = click.argument("job_id", metavar="ID")


@group.command("list")
def list_all() -> None:
    """List jobs, and what is to do as the database knows it; numbers only."""
    work = jobs.show(None)
    _write_queue(work)
    if work.entries:
        click.echo("As the database knows it:")
        table(
            [
                (one.kind, one.id, one.status, f"{one.since:%Y-%m-%d %H:%M} UTC", one.attempts)
                for one in work.entries
            ]
        )


@group.command("retry")
@_id
def retry(job_id: str) -> None:
    """Have a failed job done again."""
    jobs.retry(None, job_id)
    click.echo("It waits for a worker again.")


@group.command("drop")
@_id
def drop(job_id: str) -> None:
    """Forget a job that waits or failed; what still has to be done is handed out again."""
    jobs.drop(None, job_id)
    click.echo("Dropped.")


def _write_queue(work: Work) -> None:
    state = work.queue
    if state is None:
        click.echo("The queue is away: Redis does not answer.", err=True)
        return
    click.echo(
        f"{state.waiting} waiting, {state.running} running, {state.failed} failed;"
        f" {state.workers} workers."
    )
    if work.jobs:
        table([(one.id, one.work, one.state, one.reason or "") for one in work.jobs])
