"""Keep text cells of an export from being run as spreadsheet formulas, and undo it on the way in.

The guard is one leading apostrophe, as OWASP's page on CSV injection advises. Text that already
looks guarded gets one more, so that ``unguard(guard(text)) == text`` holds for every text.
"""

import re

_NEEDS_GUARD = re.compile(r"'*[=+\-@\t\r]")
_IS_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(text: str) -> str:
    """Return the text, with one leading apostrophe where it could be taken for a formula."""
    return "'" + text if _NEEDS_GUARD.match(text) else text


def unguard(text: str) -> str:
    """Return the text as it was before ``guard``: one leading apostrophe less, if guarded."""
    return text[1:] if _IS_GUARDED.match(text) else text
