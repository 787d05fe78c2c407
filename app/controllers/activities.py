"""The activity log, as those whose log it is read it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from app.controllers.transactions import find_scope
from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.activities import Entry, LogFilters
from app.models.users import Actor
from app.policies import Permission, require, require_administrator
from app.services import activities, activity_log, scoping


def list_own(actor: Actor, *, request: PageRequest, **filters: Any) -> Page[Entry]:
    """Return a page of what the actor did and what concerns them, newest first."""
    log = activity_log.of_person(actor.id)
    return activity_log.find_page(log, actor.id, _filters(actor, **filters), request)


def list_of_instance(actor: Actor, *, request: PageRequest, **filters: Any) -> Page[Entry]:
    """Return a page of what was done to accounts and the instance. Only administrators read it."""
    require_administrator(actor)
    log = activity_log.of_instance()
    page = activity_log.find_page(log, actor.id, _filters(actor, **filters), request)
    return replace(page, items=[entry.without_contents() for entry in page.items])


def list_of_ledger(
    actor: Actor, ledger_id: int | None = None, *, request: PageRequest, **filters: Any
) -> Page[Entry]:
    """Return a page of what was done in a ledger, newest first."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    log = activity_log.of_ledger(scope.id)
    return activity_log.find_page(log, actor.id, _filters(actor, **filters), request)


def list_of_transaction(actor: Actor, transaction_id: int, *, request: PageRequest) -> Page[Entry]:
    """Return a page of the history of a row, which may be deleted, newest first."""
    scope = find_scope(actor, transaction_id)
    require(scope, Permission.SEE)
    log = activity_log.of_transaction(scope.id, transaction_id)
    return activity_log.find_page(log, actor.id, LogFilters(), request)


def export_own(actor: Actor, **filters: Any) -> Iterator[str]:
    """Return the actor's own log as the lines of a CSV file, read while it is sent."""
    narrowed = _filters(actor, **filters)
    with unit_of_work():
        activities.record(actor.trace, "export.downloaded", user_id=actor.id, rows_of="activity")
    return activity_log.csv_lines(activity_log.of_person(actor.id), actor.id, narrowed)


def export_of_ledger(actor: Actor, ledger_id: int | None = None, **filters: Any) -> Iterator[str]:
    """Return a ledger's log as the lines of a CSV file, read while it is sent."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EXPORT)
    narrowed = _filters(actor, **filters)
    with unit_of_work():
        activities.record(actor.trace, "export.downloaded", ledger_id=scope.id, rows_of="activity")
    return activity_log.csv_lines(activity_log.of_ledger(scope.id), actor.id, narrowed)


def list_people(actor: Actor, ledger_id: int | None = None) -> list[tuple[int, str]]:
    """Return the people of a ledger as (id, name), by name."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return activity_log.find_people(scope.id)


def _filters(
    actor: Actor,
    *,
    kind: str | None = None,
    user_id: int | None = None,
    date_from: dt.date | None = None,
    date_to: dt.date | None = None,
) -> LogFilters:
    """Return filters; a date is a day where the actor lives."""
    return LogFilters(
        kind=kind or None,
        user_id=user_id,
        since=_start(date_from, actor) if date_from else None,
        until=_start(date_to + dt.timedelta(days=1), actor) if date_to else None,
    )


def _start(date: dt.date, actor: Actor) -> dt.datetime:
    local = dt.datetime.combine(date, dt.time(), ZoneInfo(actor.timezone))
    return local.astimezone(dt.UTC)
