"""Patterns that people write, matched in linear time whatever they are.

RE2 knows no backtracking, so that ``(a+)+$`` costs what any other pattern costs.
"""

from functools import lru_cache
from typing import Any

import re2

LONGEST = 200
"""Characters that a pattern may have."""

_MEMORY = 1 << 20


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
        reason = error.args[0] if error.args else ""
        said = reason.decode() if isinstance(reason, bytes) else str(reason)
        message = f"This pattern cannot be read: {said or 'something is missing'}."
        raise PatternError(message) from None
