"""Imports, as a person steers them: upload, answer, review, commit, undo."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.core import queue
from app.core.downloads import clean_name
from app.core.errors import Invalid
from app.core.paging import Page, PageRequest
from app.core.rows import AnyRow
from app.core.uow import UnitOfWork, unit_of_work
from app.models.accounts import Account
from app.models.imports import Import
from app.models.users import Actor
from app.policies import Permission, require
from app.services import accounts, activities, import_files, import_undo, imports, scoping
from app.services.import_undo import UndoPlan
from app.services.statements import DATE_FORMATS, LAYOUTS, Mapping, MappingError

READ_JOB = "app.jobs.imports.read"
COMMIT_JOB = "app.jobs.imports.commit"
UNNAMED = "statement.csv"


def known_layouts() -> list[str]:
    """Return the names of the layouts that are recognised without asking."""
    return list(dict.fromkeys(layout.name for layout in LAYOUTS))


def date_formats() -> tuple[str, ...]:
    """Return the ways of writing dates that a mapping can name."""
    return DATE_FORMATS


def list_page(actor: Actor, ledger_id: int | None = None, *, request: PageRequest) -> Page[Import]:
    """Return a page of the ledger's imports, newest first."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return imports.find_page(scope.id, request)


def show(actor: Actor, import_id: int) -> Import:
    """Return one import."""
    work, scope = scoping.find(Import, actor.id, import_id)
    require(scope, Permission.SEE)
    return work


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    filename: str,
    content: bytes,
    account_id: int | None = None,
    profile: str | None = None,
    mapping: dict[str, Any] | None = None,
    commit: bool = False,
) -> Import:
    """Take in a file for an account; a job reads it. ``commit`` stores its rows without review."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.IMPORT)
    if not content:
        raise Invalid(errors={"file": ["This file is empty."]})
    with unit_of_work(scope) as unit:
        work = imports.record(
            scope.id,
            _account(scope.id, account_id),
            filename=clean_name(filename, UNNAMED),
            content=content,
            created_by_id=actor.id,
            asked_by_id=actor.id,
            profile=_checked_profile(profile),
            mapping=_checked_mapping(mapping),
            skip_review=commit,
        )
        hand_over(unit, work)
    return work


def update(actor: Actor, import_id: int, **changes: Any) -> Import:
    """Say more of a file (``account_id``, ``profile``, ``mapping``, ``answers``); read it anew."""
    work, scope = scoping.find(Import, actor.id, import_id)
    require(scope, Permission.IMPORT)
    with unit_of_work(scope) as unit:
        imports.refresh(work)
        imports.queue_again(work)
        work.asked_by_id = actor.id
        if changes.get("account_id"):
            work.account_id = _account(scope.id, changes["account_id"]).id
        if "profile" in changes:
            work.profile = _checked_profile(changes["profile"])
        if "mapping" in changes:
            work.mapping = _checked_mapping(changes["mapping"])
        if "answers" in changes:
            import_files.answer(work, changes["answers"])
        hand_over(unit, work)
    return work


def commit(actor: Actor, import_id: int) -> Import:
    """Store the rows of a reviewed import; a job does it."""
    work, scope = scoping.find(Import, actor.id, import_id)
    require(scope, Permission.IMPORT)
    with unit_of_work(scope) as unit:
        imports.refresh(work)
        imports.start_commit(work)
        work.asked_by_id = actor.id
        hand_over(unit, work)
    return work


def list_rows(
    actor: Actor, import_id: int, *, status: str | None = None, request: PageRequest
) -> Page[AnyRow]:
    """Return a page of what was read, in file order."""
    return imports.find_rows(show(actor, import_id).id, status, request)


def list_errors(actor: Actor, import_id: int) -> Sequence[AnyRow]:
    """Return the first rejected rows, as (line, reason, raw)."""
    return imports.first_errors(show(actor, import_id).id)


def export_rejected(actor: Actor, import_id: int) -> Iterator[str]:
    """Return the rejected rows as the lines of a CSV file, the reason in its last column."""
    return import_files.rejected_lines(show(actor, import_id))


def plan_undo(actor: Actor, import_id: int) -> UndoPlan:
    """Return what undoing would take away."""
    return import_undo.plan(show(actor, import_id).id)


def undo(actor: Actor, import_id: int, *, keep_edited: bool = True) -> Import:
    """Take an import's rows out again; those changed since stay unless told otherwise.

    A transfer that one of them is half of is taken apart, and the other half stays.
    """
    work, scope = scoping.find(Import, actor.id, import_id)
    require(scope, Permission.IMPORT)
    with unit_of_work(scope):
        imports.refresh(work)
        plan = import_undo.plan(work.id)
        import_undo.undo(work, actor.trace, keep_edited=keep_edited)
        kept = plan.edited if keep_edited else 0
        rows = plan.untouched + plan.edited - kept
        activities.record(actor.trace, "import.undone", work, rows=rows, rows_kept=kept)
    return work


def hand_over(unit: UnitOfWork, work: Import) -> None:
    """Give the import's next job to a worker, once what is stored of it says so."""
    job = COMMIT_JOB if work.status == "committing" else READ_JOB
    name = f"import-{work.id}-{work.status}"
    unit.after_commit(lambda: queue.enqueue(job, work.id, name=name))


def _account(ledger_id: int, account_id: int | None) -> Account:
    if account_id is None:
        return accounts.find_only(ledger_id)
    account = scoping.find_in_ledger(Account, ledger_id, account_id, "account_id")
    accounts.require_open(account)
    return account


def _checked_profile(profile: str | None) -> str | None:
    if profile is not None and profile not in {layout.id for layout in LAYOUTS}:
        known = ", ".join(layout.id for layout in LAYOUTS)
        raise Invalid(errors={"profile": [f"Not one of {known}."]})
    return profile


def _checked_mapping(mapping: dict[str, Any] | None) -> dict[str, Any] | None:
    if mapping is None:
        return None
    try:
        return Mapping.from_json(mapping).to_json()
    except MappingError as error:
        raise Invalid(errors={f"mapping.{k}": v for k, v in error.errors.items()}) from error
