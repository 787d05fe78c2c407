"""Generated keys are kept, private, and the same for everybody who starts at once."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import Settings, SettingsError
from config.secrets import keep_secret
from config.settings import ROOT


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = keep_secret(folder, "secret_key")
    assert len(key) >= 64
    assert keep_secret(folder, "secret_key") == key
    assert keep_secret(folder, "jwt_secret_key") != key


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    keep_secret(folder, "secret_key")
    assert mode(folder) == 0o700
    assert [mode(path) for path in folder.iterdir()] == [0o600, 0o600]


def test_a_key_that_others_could_read_is_closed(tmp_path: Path) -> None:
    keep_secret(tmp_path, "secret_key")
    (tmp_path / "secret_key").chmod(0o644)
    keep_secret(tmp_path, "secret_key")
    assert mode(tmp_path / "secret_key") == 0o600


def test_a_damaged_key_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short\n", encoding="ascii")
    with pytest.raises(SettingsError, match="is damaged"):
        keep_secret(tmp_path, "secret_key")


def test_an_unusable_folder_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", encoding="ascii")
    with pytest.raises(SettingsError, match="cannot be used"):
        Settings.from_env({"OUTLAY_DATA_DIR": str(tmp_path / "data")})


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    program = "import sys, pathlib, config.secrets as s; sys.stdin.read(1);"
    program += "print(s.keep_secret(pathlib.Path(sys.argv[1]), 'secret_key'))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "data")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"!")
        process.stdin.flush()
    keys = {process.communicate()[0] for process in processes}
    assert len(keys) == 1
    assert [process.returncode for process in processes] == [0] * 4
