"""Patterns that people write, matched in linear time whatever they are.

RE2 knows no backtracking, so that ``(a+)+$`` costs what any other pattern costs.
"""

from functools import lru_cache
from typing import Any

import re2

LONGEST = 200
"""Characters that a pattern may have."""

_MEMORY = 1 << 20

_REASONS = {
    "missing )": "a bracket “(” is not closed",
    "unexpected )": "a bracket “)” was never opened",
    "missing ]": "a bracket “[” is not closed",
    "missing argument to repetition operator": "nothing stands before “*”, “+”, “?” or “{”",
    "no argument for repetition operator": "nothing stands before “*”, “+”, “?” or “{”",
    "invalid perl operator": "what begins with “(?” cannot look ahead or behind",
    "bad repetition operator": "two of “*”, “+” and “?” follow each other",
    "invalid repetition size": "“{…}” repeats too often",
    "invalid escape sequence": "it has a “\\” before what needs none",
    "trailing \\": "it ends with “\\”",
    "invalid character class range": "there are no such characters to choose from",
    "pattern too large": "it is too complex",
}
"""What RE2 says of a pattern, as people say it."""


class PatternError(ValueError):
    """A pattern that cannot be read; the message is for a person."""


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """Return a pattern that is searched for in any case. PatternError when it cannot be read."""
    if len(pattern) > LONGEST:
        raise PatternError(f"A pattern has at most {LONGEST} characters.")
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise PatternError(f"This pattern cannot be read: {_reason(error)}.") from None


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    begins = next((reason for begin, reason in _REASONS.items() if text.startswith(begin)), None)
    return begins or text or "something is missing"
