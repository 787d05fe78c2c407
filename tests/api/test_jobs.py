"""Jobs as administrators see them: what waits, runs and failed, by ids only."""

import datetime as dt
import time
from dataclasses import replace

import pytest
from flask import Flask
from rq.job import JobStatus

from app.core import clock, queue
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.data_exports import DataExport
from app.models.imports import Import
from app.models.mails import Mail
from tests.factories.administrators import administrator
from tests.factories.callers import Api, problem
from tests.factories.fixtures import Work
from tests.factories.mails import hanging_server

JOBS = "/admin/jobs"
SECRET = "REWE Muenchen 12,34"


@pytest.fixture
def admin(api: Api) -> Api:
    """Somebody who runs the instance."""
    return administrator(api)


def _fail(job_id: str, text: str) -> None:
    """Have a job failed, as a worker would leave it."""
    found = queue.queue()
    job = found.fetch_job(job_id)
    assert job is not None
    found.remove(job)
    job.set_status(JobStatus.FAILED)
    job.ended_at = dt.datetime.now(dt.UTC)
    job.save()
    with found.connection.pipeline() as pipeline:
        job._handle_failure(text, pipeline=pipeline)
        pipeline.execute()


def test_what_waits_is_listed_by_ids(admin: Api, other: Api) -> None:
    upload = other.upload(f"date,description,amount\n2026-01-02,{SECRET},1\n", name="secret.csv")
    import_id = upload.get_json()["id"]
    shown = admin.read(JOBS)
    assert shown["queue"] == {
        "state": "ok", "waiting": 1, "running": 0, "failed": 0, "workers": 0,
    }  # fmt: skip
    [job] = shown["jobs"]
    assert (job["work"], job["subject_id"]) == ("app.jobs.imports.read", import_id)
    assert (job["state"], job["reason"]) == ("waiting", None)
    [entry] = shown["entries"]
    assert (entry["kind"], entry["id"], entry["status"]) == ("import", import_id, "queued")
    assert set(entry) == {"kind", "id", "status", "since", "attempts"}


def test_a_failed_job_says_the_kind_of_error_and_nothing_of_the_rows(
    admin: Api, other: Api, work: Work
) -> None:
    other.upload(f"date,description,amount\n2026-01-02,{SECRET},1\n", name="secret.csv")
    [waiting] = admin.read(JOBS)["jobs"]
    trace = (
        "Traceback (most recent call last):\n"
        '  File "x.py", line 1, in f\n'
        f"    raise ValueError({SECRET!r})\n"
        f"decimal.InvalidOperation: {SECRET}\nDETAIL: {SECRET}\n{SECRET}: x\n"
    )
    _fail(waiting["id"], trace)
    answer = admin.get(JOBS)
    [job] = answer.get_json()["jobs"]
    assert (job["state"], job["reason"]) == ("failed", "InvalidOperation")
    assert job["since"]
    assert "REWE" not in answer.text
    assert "secret" not in answer.text
    assert admin.post(f"{JOBS}/{job['id']}/retry").status_code == 204
    assert [one["state"] for one in admin.read(JOBS)["jobs"]] == ["waiting"]
    problem(409, admin.post(f"{JOBS}/{job['id']}/retry"))
    work()
    assert admin.read(JOBS)["entries"] == []


def test_words_of_the_queue_itself_are_told(admin: Api, other: Api) -> None:
    other.upload("date,description,amount\n2026-01-02,x,1\n")
    [waiting] = admin.read(JOBS)["jobs"]
    _fail(waiting["id"], "Work-horse terminated unexpectedly; waitpid returned 9 (signal 9); ")
    [job] = admin.read(JOBS)["jobs"]
    assert str(job["reason"]).startswith("Work-horse terminated unexpectedly")


def test_a_job_is_dropped_and_what_it_was_to_do_stays(admin: Api, other: Api) -> None:
    other.upload("date,description,amount\n2026-01-02,x,1\n")
    [job] = admin.read(JOBS)["jobs"]
    assert admin.delete(f"{JOBS}/{job['id']}").status_code == 204
    shown = admin.read(JOBS)
    assert shown["jobs"] == []
    assert [one["status"] for one in shown["entries"]] == ["queued"]
    problem(404, admin.delete(f"{JOBS}/{job['id']}"))
    problem(404, admin.post(f"{JOBS}/{job['id']}/retry"))


def test_the_database_tells_what_is_to_do_and_what_failed_lately(
    admin: Api, other: Api, app: Flask
) -> None:
    import_id = other.upload("date,description,amount\n2026-01-02,x,1\n").get_json()["id"]
    long_ago = clock.now() - dt.timedelta(days=40)
    with app.app_context(), unit_of_work():
        session.get_one(Import, import_id).status = "failed"
        session.add(DataExport(user_id=other.person.id, status="failed", reason=SECRET))
        session.add(DataExport(user_id=other.person.id, status="failed", created_at=long_ago))
        session.add(DataExport(user_id=other.person.id, status="ready"))
        for status in ("waiting", "failed", "sent"):
            session.add(Mail(kind="verify_email", recipient="secret@x.test", status=status))
    answer = admin.get(JOBS)
    found = [(one["kind"], one["status"]) for one in answer.get_json()["entries"]]
    assert found == [
        ("import", "failed"), ("mail", "failed"), ("mail", "waiting"), ("data_export", "failed"),
    ]  # fmt: skip
    assert "REWE" not in answer.text
    assert "secret@" not in answer.text


def test_without_redis_the_database_part_is_there(admin: Api, app: Flask) -> None:
    settings = app.extensions["settings"]
    queue.configure(replace(settings, redis_url="redis://127.0.0.1:1/0").redis_url)
    try:
        shown = admin.read(JOBS)
        assert shown["queue"] == {
            "state": "away", "waiting": None, "running": None, "failed": None, "workers": None,
        }  # fmt: skip
        assert shown["jobs"] == []
        problem(503, admin.post(f"{JOBS}/x/retry"))
    finally:
        queue.configure(settings.redis_url)


def test_a_redis_that_says_nothing_is_away_too(admin: Api, app: Flask) -> None:
    with hanging_server() as url:
        queue.configure(url.replace("smtp:", "redis:"))
        try:
            started = time.monotonic()
            assert admin.read(JOBS)["queue"]["state"] == "away"
            assert time.monotonic() - started < 4
        finally:
            queue.configure(app.extensions["settings"].redis_url)


def test_everybody_else_finds_nothing_here(api: Api) -> None:
    problem(404, api.get(JOBS))
    problem(404, api.post(f"{JOBS}/x/retry"))
    problem(404, api.delete(f"{JOBS}/x"))
