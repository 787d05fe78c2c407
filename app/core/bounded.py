"""Asking several things at once, each for so long and no longer."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Answer(Generic[T]):
    """What came of a question: a ``value``, or the ``error`` it was answered with instead.

    ``milliseconds`` is how long it took, or how long was waited.
    """

    value: T | None = None
    error: Exception | None = None
    milliseconds: int = 0


def ask(questions: Mapping[str, Callable[[], T]], seconds: float) -> dict[str, Answer[T]]:
    """Put all questions at the same time, in threads; returns after ``seconds`` at the latest.

    A question without an answer by then has a TimeoutError, and is left to end by itself. It runs
    outside of what belongs to this thread: no app context, no session.
    """
    answers: dict[str, Answer[T]] = {name: Answer() for name in questions}
    threads = {
        name: threading.Thread(target=_answer, args=(question, answers[name]), daemon=True)
        for name, question in questions.items()
    }
    started = time.monotonic()
    for thread in threads.values():
        thread.start()
    for name, thread in threads.items():
        thread.join(max(0.0, started + seconds - time.monotonic()))
        if thread.is_alive():
            answers[name] = Answer(error=TimeoutError(), milliseconds=int(seconds * 1000))
    return answers


def _answer(question: Callable[[], T], answer: Answer[T]) -> None:
    started = time.monotonic()
    try:
        answer.value = question()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        log.info("no answer", extra={"error": repr(error)})
        answer.error = error
    answer.milliseconds = int((time.monotonic() - started) * 1000)
