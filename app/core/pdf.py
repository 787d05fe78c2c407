"""Reading PDF files that somebody sent, in a process of its own that ends with its task.

What reads them is a large library written in C++, and the files are anybody's. So it runs without
this process's memory and keys at hand, and within bounds: should a file break it, only that
process ends.
"""

import subprocess
import sys
from pathlib import Path

_READER = Path(__file__).with_name("pdf_reader.py")
COUNT_SECONDS = 5
DRAW_SECONDS = 20
LOCKED = 3
"""What the reader ends with for a file that wants a password."""


class Unreadable(Exception):
    """Not a PDF file, a damaged one, or one that takes too much to read."""


class Locked(Unreadable):
    """The file wants a password."""


def count_pages(content: bytes) -> int:
    """Return how many pages a file has."""
    return int(_read(content, "count", seconds=COUNT_SECONDS))


def draw(content: bytes, side: int) -> bytes:
    """Return the first page as a WebP no wider and no higher than ``side`` pixels."""
    return _read(content, "draw", str(side), seconds=DRAW_SECONDS)


def _read(content: bytes, *task: str, seconds: int) -> bytes:
    command = [sys.executable, "-I", str(_READER), *task, str(seconds)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=seconds, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable from error
    if done.returncode == LOCKED:
        raise Locked
    if done.returncode or not done.stdout:
        raise Unreadable
    return done.stdout
