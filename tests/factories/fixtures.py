"""Fixtures that several folders of tests share; their conftest.py files name them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.core import queue
from tests.factories.callers import Api
from tests.factories.mails import Inbox, mail_server, sending_to
from tests.factories.people import person

Caller = Callable[..., Api]
Work = Callable[[], None]


@pytest.fixture
def caller(app: Flask) -> Caller:
    """Makes callers of the API, each signed in as somebody new."""

    def make(**details: str) -> Api:
        return Api(app, person(app, **details))

    return make


@pytest.fixture
def api(caller: Caller) -> Api:
    """A caller of the API, signed in as somebody new."""
    return caller()


@pytest.fixture
def other(caller: Caller) -> Api:
    """A second caller, who may see nothing of the first one's."""
    return caller()


@pytest.fixture
def work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Work:
    """Does every job that waits in the queue, in this process and in the test's own app."""
    monkeypatch.setattr("app.jobs.context.current_app", lambda: app)
    worker = SimpleWorker([queue.queue()], connection=queue.connection(), serializer=JSONSerializer)

    def run() -> None:
        worker.work(burst=True, logging_level="ERROR")
        failed = queue.queue().failed_job_registry.get_job_ids()
        assert failed == []

    return run


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    """What the mail server that the app sends to has taken."""
    inbox = Inbox()
    with mail_server(inbox) as url, sending_to(app, url):
        yield inbox
