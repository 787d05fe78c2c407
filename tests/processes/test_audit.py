"""The audit of the locked packages takes silence for a fault, not for a pass."""

import os
import subprocess
import sys

from tests.conftest import ROOT


def test_without_a_network_the_audit_fails_and_says_why() -> None:
    nowhere = "http://127.0.0.1:9"
    environ = {
        **os.environ,
        "HTTPS_PROXY": nowhere,
        "UV_DEFAULT_INDEX": nowhere,
        "UV_HTTP_RETRIES": "0",
        "npm_config_registry": nowhere,
        "npm_config_fetch_retries": "0",
    }
    command = [sys.executable, "-m", "tools.audit"]
    finished = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1, finished.stderr
    questions = [line for line in finished.stdout.splitlines() if not line.startswith(" ")]
    assert len(questions) == 4
    for part in finished.stdout.split(":\n")[1:]:
        assert part.startswith("  The audit has failed, because nobody could answer for")
