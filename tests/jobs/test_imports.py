"""Imports whose worker dies, whose queue is away, whose job comes twice: every row exactly once."""

import contextlib
import datetime as dt
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.controllers import import_work
from app.core import clock, queue
from app.core.uow import unit_of_work
from app.jobs import imports as jobs
from app.models.base import session
from app.models.imports import Import, ImportRow
from app.models.transactions import Transaction
from app.services import committing, imports, verification
from config import Settings
from tests.conftest import ROOT
from tests.factories import statements
from tests.factories.callers import Api, Body, expect
from tests.factories.fixtures import Work
from tests.factories.people import PASSWORD

ROWS = 40_000
PATIENCE = 60.0


@pytest.fixture(scope="module")
def entries() -> statements.Entries:
    """Enough rows for several batches."""
    return statements.entries(ROWS, start=dt.date(2024, 1, 1), days=700)


# A worker that is killed


@contextmanager
def _worker(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker that ends with the block, whatever became of it."""
    with (settings.data_dir / "killed-worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.jobs.worker"],
            cwd=ROOT, env={**os.environ, **settings.as_environ()},
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill -9 the worker and the fork that is doing its job, which has a group of its own."""
    if process.poll() is None:
        forks = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for fork in forks:
            with contextlib.suppress(psutil.NoSuchProcess):
                fork.kill()
        process.wait()


def _wait(until: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def _status(api: Api, import_id: int) -> str:
    with api.app.app_context():
        return session.scalar(select(Import.status).where(Import.id == import_id)) or ""


def _count(api: Api, model: type[ImportRow] | type[Transaction], import_id: int) -> int:
    with api.app.app_context():
        rows = select(func.count()).where(model.import_id == import_id)
        return session.scalar(rows) or 0


def _age(api: Api) -> None:
    """Let the lease of whoever is at work run out, as 30 seconds would."""
    past = clock.now() - dt.timedelta(minutes=1)
    with api.app.app_context(), unit_of_work() as work:
        work.session.execute(update(Import).values(lease_until=past))


def _forget_jobs() -> None:
    queue.connection().flushdb()


def _resume(api: Api) -> int:
    with api.app.app_context():
        return import_work.resume_stalled()


def _differences(api: Api) -> list[object]:
    with api.app.app_context():
        return list(verification.find_differences())


def _exactly_once(api: Api, import_id: int, entries: statements.Entries) -> None:
    work = api.read(f"/imports/{import_id}")
    assert (work["status"], work["rows_new"], work["rows_rejected"]) == ("done", len(entries), 0)
    assert _count(api, Transaction, import_id) == len(entries)
    assert api.balance() == statements.point(statements.total(entries))
    for (year, month), (spent, received, count) in statements.months(entries).items():
        totals = api.read("/reports/monthly", year=year, month=month)["totals"]
        expected = (statements.point(spent), statements.point(received), count)
        assert (totals["spent"], totals["received"], totals["count"]) == expected
    assert _differences(api) == []


@pytest.mark.parametrize("stage", ["reading", "committing"])
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    api: Api, settings: Settings, entries: statements.Entries, stage: str
) -> None:
    work = expect(202, api.upload(statements.n26(entries), commit="true"))
    model = ImportRow if stage == "reading" else Transaction
    with _worker(settings) as first:
        _wait(lambda: 0 < _count(api, model, work["id"]) < ROWS, f"no row while {stage}")
        _kill(first)
    assert _status(api, work["id"]) == stage
    assert 0 < _count(api, model, work["id"]) < ROWS
    assert _differences(api) == []  # what is stored so far is right as well
    _age(api)
    assert _resume(api) == 1
    with _worker(settings):
        _wait(lambda: _status(api, work["id"]) in {"done", "failed"}, "it did not end")
    _exactly_once(api, work["id"], entries)


def test_a_job_that_was_overtaken_stores_nothing_more(
    app: Flask, api: Api, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen job was taken for dead; another took its import up; then it wakes."""
    monkeypatch.setattr(committing, "BATCH", 10)
    few = statements.entries(50)
    import_id = _reviewed(api, work, few)
    expect(202, api.post(f"/imports/{import_id}/commit"))
    _forget_jobs()
    still_mine, looks = imports.still_mine, itertools.count(1)

    def overtaken(one: Import, attempt: int) -> bool:
        if next(looks) == 2:  # after the first batch
            with unit_of_work():
                imports.claim(import_id, ("committing",), "committing")
        return still_mine(one, attempt)

    monkeypatch.setattr(imports, "still_mine", overtaken)
    with app.app_context():
        import_work.commit(import_id)
    assert _count(api, Transaction, import_id) == 10
    assert _status(api, import_id) == "committing"
    with app.app_context():
        import_work.commit(import_id)
    _exactly_once(api, import_id, few)


def _reviewed(api: Api, work: Work, of: statements.Entries) -> int:
    import_id: int = expect(202, api.upload(statements.n26(of)))["id"]
    work()
    return import_id


def test_an_import_that_always_kills_its_worker_ends_as_failed(
    app: Flask, api: Api, work: Work
) -> None:
    import_id: int = expect(202, api.upload(statements.n26(statements.entries(3))))["id"]
    with app.app_context(), unit_of_work() as unit:
        unit.session.execute(update(Import).values(attempts=5, status="reading"))
    _age(api)
    assert _resume(api) == 1
    work()
    failed = api.read(f"/imports/{import_id}")
    assert failed["status"] == "failed"
    assert "interrupted" in failed["reason"]


# Jobs that come twice, too late, or for nothing


def test_two_commit_jobs_at_once_store_every_row_once(
    settings: Settings, api: Api, work: Work, entries: statements.Entries
) -> None:
    some = entries[:25_000]
    import_id = _reviewed(api, work, some)
    expect(202, api.post(f"/imports/{import_id}/commit"))
    for name in ("second", "third"):
        queue.enqueue("app.jobs.imports.commit", import_id, name=name)
    with _worker(settings), _worker(settings):
        _wait(lambda: _status(api, import_id) in {"done", "failed"}, "it did not end")
        _wait(lambda: not queue.queue().count, "jobs are left")
    _exactly_once(api, import_id, some)


def test_the_same_job_again_changes_nothing(app: Flask, api: Api, work: Work) -> None:
    few = statements.entries(20)
    done: int = expect(202, api.upload(statements.n26(few), commit="true"))["id"]
    work()
    before = api.read(f"/imports/{done}")
    with app.app_context():
        import_work.read(done)
        import_work.commit(done)
    assert api.read(f"/imports/{done}") == before
    _exactly_once(api, done, few)


@pytest.mark.parametrize("job", [import_work.read, import_work.commit])
def test_the_job_of_an_undone_import_does_nothing(
    app: Flask, api: Api, work: Work, job: Callable[[int], None]
) -> None:
    import_id = _reviewed(api, work, statements.entries(5))
    expect(200, api.delete(f"/imports/{import_id}"))
    with app.app_context():
        job(import_id)
    assert (_status(api, import_id), api.rows(), api.balance()) == ("undone", [], "0.00")


@pytest.mark.parametrize("job", [import_work.read, import_work.commit])
def test_a_job_for_nothing(app: Flask, api: Api, job: Callable[[int], None]) -> None:
    with app.app_context():
        job(10**12)
    assert api.read("/imports")["items"] == []


# A queue that is away


@pytest.fixture
def away(settings: Settings) -> Iterator[Callable[[], None]]:
    """Takes Redis away until the end of the test; the answer brings it back earlier."""
    queue.configure(f"unix://{settings.data_dir}/nobody-listens.sock")

    def back() -> None:
        queue.configure(settings.redis_url)

    yield back
    back()


def _age_uploads(api: Api) -> None:
    past = clock.now() - dt.timedelta(minutes=1)
    with api.app.app_context(), unit_of_work() as work:
        work.session.execute(update(Import).values(updated_at=past))


def test_an_upload_is_kept_while_redis_is_away(
    app: Flask, api: Api, away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = statements.entries(20)
    started = time.monotonic()
    work = expect(202, api.upload(statements.n26(few), commit="true"))
    assert time.monotonic() - started < 5
    assert api.read(f"/imports/{work['id']}")["status"] == "queued"
    api.spend("1.00", date="2020-01-01")  # the books go on
    away()
    assert _resume(api) == 0  # not at once: it may only just have been queued
    _age_uploads(api)
    assert _resume(api) == 1
    _work_off(app, monkeypatch)
    done: Body = api.read(f"/imports/{work['id']}")
    assert (done["status"], done["rows_new"]) == ("done", 20)


def _work_off(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the jobs in this process: read, and the commit that follows."""
    monkeypatch.setattr("app.jobs.context.current_app", lambda: app)
    for job in (jobs.read, jobs.commit):
        (waiting,) = queue.queue().jobs
        assert str(waiting.func_name).endswith(f".{job.__name__}")
        _forget_jobs()
        job(*waiting.args)


def test_what_is_at_work_is_not_handed_over_again(app: Flask, api: Api) -> None:
    expect(202, api.upload(statements.n26(statements.entries(3))))
    _forget_jobs()
    _age_uploads(api)
    with app.app_context(), unit_of_work() as unit:
        alive = clock.now() + dt.timedelta(seconds=30)
        unit.session.execute(update(Import).values(status="reading", lease_until=alive))
    assert _resume(api) == 0


# A ledger that takes nothing more


@pytest.mark.parametrize("what", ["deleted", "archived"])
@pytest.mark.parametrize("commit", ["true", "false"])
def test_a_job_of_a_ledger_put_away_does_nothing_and_says_so(
    app: Flask, api: Api, work: Work, what: str, commit: str
) -> None:
    ledger = api.add("/ledgers", name="Flat")
    content = statements.outlay(statements.entries(5))
    upload = api.upload(content, query=f"?ledger_id={ledger['id']}", commit=commit)
    import_id = expect(202, upload)["id"]
    path = f"/ledgers/{ledger['id']}"
    if what == "deleted":
        assert api.request("DELETE", path, {"password": PASSWORD}).status_code == 204
    else:
        expect(200, api.patch(path, {"archived": True}))
    work()
    with app.app_context():
        found = session.get_one(Import, import_id)
        assert found.status == "failed"
        assert found.reason == (
            f"The ledger was {what} before this was done. Nothing more of it was stored."
        )
        rows = select(func.count()).select_from(Transaction)
        assert session.scalar(rows.where(Transaction.ledger_id == ledger["id"])) == 0
    _use_again(api, path, what)
    expect(202, api.patch(f"/imports/{import_id}", {}))
    work()
    assert api.read(f"/imports/{import_id}")["status"] == ("done" if commit == "true" else "review")


def test_a_commit_stops_between_two_batches_when_its_ledger_is_archived(
    app: Flask, api: Api, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "BATCH", 3)
    ledger = api.add("/ledgers", name="Flat")
    content = statements.outlay(statements.entries(8))
    upload = api.upload(content, query=f"?ledger_id={ledger['id']}")
    import_id = expect(202, upload)["id"]
    work()
    with app.app_context(), unit_of_work():
        claimed = session.get_one(Import, import_id)
        imports.start_commit(claimed)
        assert imports.claim(import_id, ("committing",), "committing") is not None
        assert committing.commit_batch(claimed)
    expect(200, api.patch(f"/ledgers/{ledger['id']}", {"archived": True}))
    with app.app_context():
        import_work.commit(import_id)
        assert session.get_one(Import, import_id).status == "failed"
        assert verification.find_differences() == []
    assert len(api.rows(ledger_id=ledger["id"])) == 3
    _use_again(api, f"/ledgers/{ledger['id']}", "archived")
    expect(202, api.post(f"/imports/{import_id}/commit"))
    work()
    assert len(api.rows(ledger_id=ledger["id"])) == 8


def _use_again(api: Api, path: str, what: str) -> None:
    if what == "deleted":
        expect(200, api.post(f"{path}/restore"))
    else:
        expect(200, api.patch(path, {"archived": False}))
