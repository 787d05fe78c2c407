"""Headers of files sent to a person, and the names that files come with."""

import re
from urllib.parse import quote

LONGEST_NAME = 255
_BESIDE_ASCII = re.compile(r"[^A-Za-z0-9._ -]")


def attachment(filename: str) -> dict[str, str]:
    """Return the header that makes a browser save the answer under an ASCII ``filename``."""
    return {"Content-Disposition": f'attachment; filename="{filename}"'}


def disposition(filename: str, *, inline: bool) -> dict[str, str]:
    """Return the header that names a file in any script (RFC 6266): to show, or to save."""
    kind = "inline" if inline else "attachment"
    plain = _BESIDE_ASCII.sub("_", filename)
    named = f"filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    return {"Content-Disposition": f"{kind}; {named}"}


def clean_name(filename: str, unnamed: str) -> str:
    """Return a file's name without its folder and without characters that hide or turn around."""
    name = re.split(r"[/\\]", filename)[-1]
    return "".join(filter(str.isprintable, name)).strip()[:LONGEST_NAME] or unnamed
