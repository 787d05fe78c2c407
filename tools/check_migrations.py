"""Checks that the migrations lead to exactly the tables that the models describe."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Migrate an empty SQLite database and compare; returns the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        unset = ("DATABASE_URL", "REDIS_URL")
        environ = {name: value for name, value in os.environ.items() if name not in unset}
        environ["OUTLAY_DATA_DIR"] = folder
        flask = [sys.executable, "-m", "flask", "--app", "app", "db"]
        for command in ("upgrade", "check"):
            if subprocess.run([*flask, command], cwd=ROOT, env=environ, check=False).returncode:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
