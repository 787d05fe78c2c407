"""The unit of work: the only place that commits.

Reads run outside a transaction (each statement sees the newest committed state). A write opens one
transaction, rolls back by default, commits once, and lets its side effects leave only afterwards.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Executable, event
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.exc import StaleDataError

from app.core import write_lock
from app.core.constraints import error_for
from app.core.errors import Invalid, Stale, Unavailable

log = logging.getLogger(__name__)
_sessions: list[scoped_session[Any]] = []
_KEY = "outlay.unit_of_work"


class Revisioned(Protocol):
    """An aggregate whose revision grows in every transaction that changes it."""

    def touch(self) -> tuple[Executable, Mapping[str, Any]]:
        """Return the statement that locks it and raises its revision, and its values."""


class UnitOfWork:
    """One write transaction; collects what must wait for its commit."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._effects: list[Callable[[], object]] = []

    def after_commit(self, effect: Callable[..., object], *args: object) -> None:
        """Call ``effect(*args)`` once the transaction is stored; a failing one stops no other."""
        self._effects.append(lambda: effect(*args))

    def run_effects(self) -> None:
        """Run the collected effects, each on its own."""
        for effect in self._effects:
            try:
                effect()
            except Exception:
                log.exception("an effect after the commit failed")


def bind(session: scoped_session[Any]) -> None:
    """Say which session the units of work use; refuses writes outside one."""
    _sessions[:] = [session]
    event.listen(session, "before_flush", _refuse_stray_write)


def is_open() -> bool:
    """Whether this thread is within a unit of work."""
    return _KEY in _sessions[0]().info


def let_go() -> None:
    """Give this thread's connection back, which a read may hold: it is about to wait."""
    _sessions[0]().commit()


def detach() -> None:
    """Let the rows of this thread's session be read by other threads: no session holds them now."""
    _sessions[0]().expunge_all()


@contextmanager
def unit_of_work(aggregate: Revisioned | None = None) -> Iterator[UnitOfWork]:
    """Open a write transaction, or join the one that is open; commit when the block ends well.

    Raises Conflict or Invalid for a broken constraint, Stale for a lost race on a version,
    Unavailable when the database stays locked.
    """
    session: Session = _sessions[0]()
    open_work: UnitOfWork | None = session.info.get(_KEY)
    if open_work is not None:
        # A savepoint: what fails in here is undone by itself, and the one who joined may go on.
        with _translated(), session.begin_nested():
            _touch(session, aggregate)
            yield open_work
        return
    with _translated():
        work = _begin(session)
        try:
            _touch(session, aggregate)
            yield work
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(_KEY, None)
    work.run_effects()


def _begin(session: Session) -> UnitOfWork:
    session.commit()  # ends the read, gives its connection back; nothing expires
    if session.get_bind().dialect.name == "sqlite":
        write_lock.take(session.connection())
    else:
        session.connection(execution_options={"isolation_level": "READ COMMITTED"})
    work = session.info[_KEY] = UnitOfWork(session)
    return work


def _touch(session: Session, aggregate: Revisioned | None) -> None:
    if aggregate is not None:
        session.connection().execute(*aggregate.touch())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise error_for(error) from error
    except StaleDataError as error:
        raise Stale from error
    except DataError as error:
        raise Invalid("A value is outside of what can be stored.") from error
    except OperationalError as error:
        if _is_too_long(error):
            raise Invalid("A text is too long to be found again. Shorten it.") from error
        if _is_lock_timeout(error):
            raise Unavailable("The books are busy. Try again in a moment.") from error
        raise


def _is_too_long(error: OperationalError) -> bool:
    """Whether PostgreSQL has no room for a text in an index."""
    return getattr(error.orig, "sqlstate", "") == "54000"


def _is_lock_timeout(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", "") in {"55P03", "40P01"} or "locked" in str(error.orig)


def _refuse_stray_write(session: Session, *_: object) -> None:
    if _KEY not in session.info and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a write outside a unit of work")
