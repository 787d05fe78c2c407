"""What the documents say of the code is there, and nothing is left out."""

import re
from pathlib import Path

import pytest

from app.policies import ALLOWED, WHILE_ARCHIVED, Permission

ROOT = Path(__file__).resolve().parent.parent.parent
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

# The requirements of level 1 of OWASP ASVS 5.0.0.
_LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1
3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5
6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2
8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1
12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
LEVEL_1 = _LEVEL_1.split()


def _requirements(section: str) -> list[str]:
    """The numbers in the first column of a section's table, "6.2.1 to 6.2.8" as eight."""
    text = SECURITY.partition(f"\n## {section}")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d[^|]*) \|", text, re.MULTILINE)
    return [number for row in rows for number in _numbers(row)]


def _numbers(row: str) -> list[str]:
    span = re.match(r"(\d+\.\d+)\.(\d+) to \1\.(\d+)", row)
    if span is None:
        return re.findall(r"\d+\.\d+\.\d+", row)
    return [f"{span[1]}.{number}" for number in range(int(span[2]), int(span[3]) + 1)]


def test_every_requirement_of_level_1_is_answered_once() -> None:
    assert _requirements("Level 1") == LEVEL_1
    assert len(LEVEL_1) == 70


def test_exceptions_of_level_2_are_named_once() -> None:
    named = _requirements("Level 2")
    assert len(named) == len(set(named)) > 20


def test_the_table_of_roles_is_that_of_the_policies() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in SECURITY.partition("\n| | see *")[2].partition("\n\n")[0].splitlines()[2:]
    ]
    names = [*Permission]
    heading = " | ".join(f"{name} *" if name in WHILE_ARCHIVED else name for name in names)
    assert f"\n| | {heading} |\n" in SECURITY
    documented = {
        role: {name for name, cell in zip(names, cells, strict=True) if cell == "✓"}
        for role, *cells in rows
    }
    assert documented == ALLOWED


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_files_and_tests_that_a_document_names_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    paths = re.findall(r"`((?:app|config|tests|docs|migrations)/[\w./-]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    tests = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    named = re.findall(r"`(test_\w+)`", text)
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_every_setting_is_documented() -> None:
    settings = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    names = set(re.findall(r'"(OUTLAY_[A-Z_]+)"', settings))
    assert sorted(name for name in names if f"`{name}`" not in documented) == []
