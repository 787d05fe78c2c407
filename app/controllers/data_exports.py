"""Data exports, as a person asks for theirs and fetches it."""

from collections.abc import Iterator

from app.core import queue
from app.core.errors import NotFound
from app.core.uow import UnitOfWork, unit_of_work
from app.models.data_exports import DataExport
from app.models.users import Actor
from app.services import activities, data_exports

MAKE_JOB = "app.jobs.data_exports.make"


def request(actor: Actor) -> DataExport:
    """Have everything about the actor made into a zip; one that is being made is that one."""
    with unit_of_work() as work:
        export = data_exports.find_newest(actor.id)
        if export is None or not export.working:
            export = data_exports.record(actor.id)
            activities.record(actor.trace, "data_export.requested", export, user_id=actor.id)
            hand_over(work, export)
    return export


def find(actor: Actor) -> DataExport | None:
    """Return the actor's newest export, None when there is none."""
    return data_exports.find_newest(actor.id)


def fetch(actor: Actor) -> tuple[DataExport, Iterator[bytes]]:
    """Return the actor's zip with its content in pieces. NotFound when there is none to fetch."""
    export = data_exports.find_newest(actor.id)
    if export is None or export.status != "ready":
        raise NotFound
    with unit_of_work():
        activities.record(actor.trace, "data_export.fetched", export, user_id=actor.id)
    return export, data_exports.parts(export)


def hand_over(work: UnitOfWork, export: DataExport) -> None:
    """Give an export to a worker, once it is stored."""
    work.after_commit(lambda: queue.enqueue(MAKE_JOB, export.id, name=f"data-export-{export.id}"))
