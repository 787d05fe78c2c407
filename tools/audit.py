"""Asks what the locked packages have against them: known holes, and newer releases left too long.

Holes come from the Python Package Index's advisories and from npm's; ages from the package indexes
that uv and npm are configured with. A question that nobody answers fails the audit like a hole.
docs/security.md says how long what is found may stay.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from packaging.version import Version

from tools.build_assets import ROOT, BuildError, npm_command

LOCKS = ("requirements", "requirements-dev", "requirements-node")
RENEWED_WITHIN = timedelta(days=180)
UNANSWERED = "The audit has failed, because nobody could answer for"


class NoAnswer(Exception):
    """A question stayed open; the message says which, and what came instead."""


def main() -> int:
    """Ask everything and say what is wrong; returns the exit status."""
    questions: dict[str, Callable[[], Iterator[str]]] = {
        "known holes in Python packages": _holes_in_python,
        "known holes in npm packages": _holes_in_npm,
        "Python packages left too long": _old_in_python,
        "npm packages left too long": _old_in_npm,
    }
    answers = [_is_fine(name, ask) for name, ask in questions.items()]
    return int(not all(answers))


def _is_fine(name: str, ask: Callable[[], Iterator[str]]) -> bool:
    try:
        found = list(ask())
    except (NoAnswer, BuildError) as error:
        found = [f"{UNANSWERED} this: {error}"]
    print("\n  ".join([f"{name}:", *(found or ["none"])]))
    return not found


def _holes_in_python() -> Iterator[str]:
    """Each hole; asked for the packages that this platform installs."""
    for lock in LOCKS:
        options = ("--disable-pip", "--format=json", "--progress-spinner=off", f"-r{lock}.txt")
        packages = _json(sys.executable, "-m", "pip_audit", *options).get("dependencies", [])
        silent = [package["name"] for package in packages if "skip_reason" in package]
        if silent or not packages:
            which = f"{len(silent)} packages, such as {silent[0]}" if silent else "all of it"
            yield f"{UNANSWERED} {which} in {lock}.txt."
        for package in packages:
            for hole in package.get("vulns", []):
                fixed = ", ".join(hole["fix_versions"]) or "no release yet"
                yield f"{package['name']} {package['version']}: {hole['id']}, closed by {fixed}."


def _holes_in_npm() -> Iterator[str]:
    answer = _json(*_npm(), "audit", "--json")
    if "auditReportVersion" not in answer:
        raise NoAnswer(str(answer.get("message", "npm's answer is of no known kind.")))
    for name, hole in answer["vulnerabilities"].items():
        yield f"{name}: {hole['severity']}, {hole['range']}."


def _old_in_python() -> Iterator[str]:
    """What a lock made RENEWED_WITHIN ago would have had newer than the one of today.

    Lowest versions in the .in files are left out: they may be younger than that.
    """
    for lock in LOCKS:
        wanted = (ROOT / f"{lock}.in").read_text(encoding="utf-8")
        wanted = re.sub(r"^-c .*$|>=[\d.]+", "", wanted, flags=re.MULTILINE)
        locked = _newest_of((ROOT / f"{lock}.txt").read_text(encoding="utf-8"))
        for name, version in _newest_of(_lock_of_then(wanted)).items():
            if name in locked and locked[name] < version:
                yield f"{name} {locked[name]}: {version} is out for more than {_days()} days."


def _lock_of_then(wanted: str) -> str:
    before = (datetime.now(UTC) - RENEWED_WITHIN).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "wanted.in").write_text(wanted, encoding="utf-8")
        options = ("--universal", "--python-version=3.11", "--no-annotate", "--no-header")
        asked = ("pip", "compile", "--quiet", "--refresh", *options, f"--exclude-newer={before}")
        finished = _run(sys.executable, "-m", "uv", *asked, f"{folder}/wanted.in")
    if finished.returncode != 0:
        raise NoAnswer(_last_words(finished))
    return finished.stdout


def _newest_of(lock: str) -> dict[str, Version]:
    """The highest version of each package in a lock; one may stand there for several platforms."""
    newest: dict[str, Version] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;]+)", lock, re.MULTILINE):
        newest[name] = max(newest.get(name, Version(version)), Version(version))
    return newest


def _old_in_npm() -> Iterator[str]:
    """What package.json and the packages themselves admit, out for too long, and not locked."""
    answer = _json(*_npm(), "outdated", "--all", "--json")
    if "code" in answer.get("error", {}):
        raise NoAnswer(answer["error"]["summary"])
    for name, found in answer.items():
        for package in found if isinstance(found, list) else [found]:
            current = package.get("current")  # None: belongs to another platform
            if current and current != package["wanted"]:
                yield from _old_npm(name, Version(current), Version(package["wanted"]))


def _old_npm(name: str, current: Version, wanted: Version) -> Iterator[str]:
    times = {
        Version(version): datetime.fromisoformat(time)
        for version, time in _json(*_npm(), "view", name, "time", "--json").items()
        if re.fullmatch(r"[\d.]+", version)
    }
    newer = [time for version, time in times.items() if current < version <= wanted]
    if not newer:
        raise NoAnswer(f"npm does not tell when releases of {name} came out.")
    if min(newer) < datetime.now(UTC) - RENEWED_WITHIN:
        yield f"{name} {current}: a newer release is out for more than {_days()} days."


def _days() -> int:
    return RENEWED_WITHIN.days


def _npm() -> tuple[str, ...]:
    command, environ = npm_command()
    return ("env", f"PATH={environ['PATH']}", *command)


def _json(*command: str) -> dict[str, Any]:
    """The answer of a program that says by its exit status only that it has found something."""
    finished = _run(*command)
    try:
        answer = json.loads(finished.stdout or "{}")
    except ValueError as error:
        raise NoAnswer(_last_words(finished)) from error
    if not isinstance(answer, dict) or (not answer and finished.returncode != 0):
        raise NoAnswer(_last_words(finished))
    return answer


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _last_words(finished: subprocess.CompletedProcess[str]) -> str:
    return (finished.stderr.strip().splitlines() or ["it ended without a word."])[-1]


if __name__ == "__main__":
    sys.exit(main())
