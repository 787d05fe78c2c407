"""Whatever is kept of a person is in their zip, or is left out for a reason that stands here."""

import ast
from pathlib import Path

from app.models import Base
from app.services import personal_data

LEFT_OUT = {
    "data_exports": "the zip itself",
    "idempotent_requests": "answers that the person had already, kept for a day",
    "invitations": "named by the activity log; the link is a secret of who was invited",
    "recovery_codes": "hashes; how many are left is told",
    "one_time_passwords": "a secret; since when it is on is told",
}


def test_every_table_that_refers_to_a_person_is_told_or_left_out_on_purpose() -> None:
    users = Base.metadata.tables["users"].c.id
    of_people = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column is users for column in table.columns for key in column.foreign_keys)
    }
    told = {
        Base.registry._class_registry[name].__tablename__  # type: ignore[union-attr]
        for name in _names(Path(personal_data.__file__))
        if name in Base.registry._class_registry
    } - LEFT_OUT.keys()
    telling_by_hand = {"ledgers", "transactions"}  # by their scopes, and as lists have them
    assert of_people - told - LEFT_OUT.keys() - telling_by_hand == set()


def _names(path: Path) -> set[str]:
    """Every name of a model's attribute that a module reads: the X of X.y."""
    return {
        node.value.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
