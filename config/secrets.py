"""Keys that Outlay generates once and keeps in its data folder."""

import os
import secrets
from pathlib import Path

from config.errors import SettingsError
from config.locks import exclusive

# 48 random bytes: more than the 256 bits that HS256 can use (RFC 7518, section 3.2).
_SECRET_BYTES = 48
_SHORTEST_KEPT = 32


def keep_secret(data_dir: Path, name: str) -> str:
    """The key ``name`` kept in ``data_dir``, generated when there is none yet.

    The file has mode 600 and a folder made here mode 700. Processes that start at the same moment
    get the same key. Raises SettingsError when the folder cannot be used or the file is damaged.
    """
    path = data_dir / name
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with exclusive(data_dir / ".secrets.lock"):
            if not path.exists():
                _write(path, secrets.token_urlsafe(_SECRET_BYTES))
        path.chmod(0o600)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"The key file {path} cannot be used: {error}."]) from error
    if len(secret) < _SHORTEST_KEPT:
        raise SettingsError(
            [f"The key file {path} is damaged: restore it, or delete it and sign in again."]
        )
    return secret


def _write(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` whole or not at all, also when the power fails half-way."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(descriptor)
    partial.replace(path)
