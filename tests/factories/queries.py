"""How many statements an answer costs."""

import itertools

from sqlalchemy import event

from app.models.base import db
from tests.factories.callers import Api


def queries_of(api: Api, path: str) -> int:
    """Return how many statements the database is sent for a GET, which has to work."""
    with api.app.app_context():
        engine = db.engine
    number = itertools.count()

    def count(*_: object) -> None:
        next(number)

    event.listen(engine, "before_cursor_execute", count)
    try:
        api.read(path)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return next(number)
