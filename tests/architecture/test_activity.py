"""The activity log is only added to, and every kind of line in it is told in words."""

import ast
import re
from pathlib import Path

import app.controllers as controllers_package
from app.views.sentences import SENTENCES

ROOT = Path(controllers_package.__file__).resolve().parent.parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))
WRITERS = {"insert", "update", "delete", "insert_rows", "upsert"}


def _calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_only_recording_pruning_and_erasing_write_to_the_log() -> None:
    writing = {
        _module(path)
        for path in MODULES
        for call in _calls(path)
        if (_name(call.func) in WRITERS and any("Activity" in ast.dump(a) for a in call.args))
        or _name(call.func) == "Activity"
    }
    assert writing == {"app.services.activities", "app.services.erasure"}


def test_no_statement_writes_to_the_log_by_the_name_of_its_table() -> None:
    written = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM)\s+activities", re.IGNORECASE)
    named = [_module(path) for path in MODULES if written.search(path.read_text(encoding="utf-8"))]
    assert named == []


def _recorded() -> set[str]:
    """Every kind that is written down somewhere."""
    return {
        given.value
        for path in MODULES
        for call in _calls(path)
        for given in ast.walk(ast.Module([ast.Expr(call)], []))
        if "record" in _name(call.func) or _name(call.func) in {"_note", "note"}
        if isinstance(given, ast.Constant) and isinstance(given.value, str)
        if re.fullmatch(r"[a-z_]+\.[a-z_]+", given.value)
    }


def test_every_kind_has_its_sentence() -> None:
    recorded = _recorded()
    assert recorded >= {"transaction.created", "user.signed_in", "import.undone"}
    assert sorted(recorded - SENTENCES.keys()) == []
