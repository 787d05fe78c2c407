"""The activity log: one's own, that of a ledger, and the history of a transaction."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, render_template, request, stream_with_context, url_for

from app.controllers import activities
from app.core.downloads import attachment
from app.core.paging import Page
from app.models.activities import Entry
from app.policies import Permission, needs, signed_in
from app.schemas.activities import ActivityQuery
from app.views.acting import actor
from app.views.current_ledger import inside
from app.views.forms import Form
from app.views.paging import by_cursor
from app.views.sentences import IN_LEDGERS, NOUNS, sentence

blp = Blueprint("activities", __name__)

Answer = Response | tuple[str, int]
ICONS = {
    "transaction": "list-details",
    "account": "wallet",
    "category": "category",
    "import": "file-import",
    "export": "file-export",
    "ledger": "book",
    "member": "users",
    "invitation": "mail",
    "user": "user",
    "sign_in": "device-desktop",
    "token": "key",
    "second_factor": "shield-lock",
    "passkey": "shield-lock",
    "identity": "link",
    "settings": "settings",
    "data_export": "download",
}


def init_app(app: Flask) -> None:
    """Give templates what they tell a line of the log with."""
    app.add_template_filter(sentence)
    app.add_template_filter(icon_of)
    app.add_template_filter(days_of)
    app.add_template_filter(row_url)


@blp.get("/activity")
@signed_in
def own() -> Answer:
    """List what the person did and what concerns them."""
    return _log(activities.list_own, activities.export_own, NOUNS)


@blp.get("/ledgers/<id:ledger_id>/activity")
@needs(Permission.SEE)
def of_ledger(ledger_id: int) -> Answer:
    """List what was done in a ledger."""
    inside(ledger_id)
    nouns = {noun: NOUNS[noun] for noun in IN_LEDGERS}
    list_page, export = activities.list_of_ledger, activities.export_of_ledger
    people = activities.list_people(actor())
    return _log(list_page, export, nouns, people)


def icon_of(entry: Entry) -> str:
    """Return the icon of what a line is about."""
    return ICONS.get(entry.kind.partition(".")[0], "history")


def days_of(entries: list[Entry]) -> list[tuple[Any, list[Entry]]]:
    """Group lines by the day they happened on where their reader lives."""
    zone = ZoneInfo(actor().timezone)
    days = groupby(entries, key=lambda entry: entry.at.astimezone(zone).date())
    return [(day, list(group)) for day, group in days]


def row_url(entry: Entry) -> str | None:
    """Return the page with more of what a line is about, if there is one."""
    if entry.subject_type == "transaction":
        return url_for("transactions.history", transaction_id=entry.subject_id)
    if entry.subject_type == "import" and entry.subject_name:
        return url_for("imports.show", import_id=entry.subject_id)
    return None


def _log(
    list_page: Callable[..., Page[Entry]],
    export: Callable[..., Iterator[str]],
    nouns: dict[str, str],
    people: Sequence[tuple[int, str]] = (),
) -> Answer:
    """Answer with the log at the present address: as a page, or all of it as a file."""
    form = Form(ActivityQuery(exclude=("ledger_id",)))
    query = form.load(request.args)
    if query and query.pop("format") == "csv":
        return _file(export, query)
    found = list_page(actor(), **query) if query else None
    endpoint, place = str(request.endpoint), request.view_args or {}
    filters: dict[str, Any] = _filters_in_use()
    page = render_template(
        "activities/index.html",
        form=form,
        nouns=nouns,
        people=people,
        filters=filters,
        page=by_cursor(found, endpoint, **place) if found else None,
        happened=found.items if found else [],
        csv_url=url_for(endpoint, **place, **filters, format="csv"),
    )
    return page, form.status


def _file(export: Callable[..., Iterator[str]], query: dict[str, Any]) -> Response:
    del query["request"]
    lines = export(actor(), **query)
    headers = attachment("outlay-activity.csv")
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)


def _filters_in_use() -> dict[str, str]:
    """Return what the address narrows the log to, as it was typed."""
    known = ("kind", "user_id", "date_from", "date_to")
    return {name: text for name, text in request.args.items() if text and name in known}
