"""Column mappings from outside: accepted as they are meant, or refused field by field."""

from typing import Any

import pytest

from app.services.statements import Mapping, MappingError

GOOD: dict[str, Any] = {"date": 0, "amount": 2, "description": [1, 3], "date_format": "DD.MM.YYYY"}


def test_survives_json() -> None:
    mapping = Mapping.from_json(GOOD | {"direction": 4, "out_words": ["Af"], "in_words": ["Bij"]})
    assert mapping.description == (1, 3)
    assert mapping.complete is False
    assert Mapping.from_json(mapping.to_json()) == mapping


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"date": None}, "date"),
        ({"date": "0"}, "date"),
        ({"date": True}, "date"),
        ({"date": -1}, "date"),
        ({"date": 2**63}, "date"),
        ({"amount": None}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"money_out": 4}, "amount"),
        ({"description": 1}, "description"),
        ({"description": ["1"]}, "description"),
        ({"description": list(range(51))}, "description"),
        ({"direction": 4}, "out_words"),
        ({"direction": 4, "out_words": ["x"]}, "in_words"),
        ({"direction": 4, "out_words": ["X "], "in_words": ["x"]}, "in_words"),
        ({"direction": 4, "out_words": [" "], "in_words": ["x"]}, "out_words"),
        ({"direction": 4, "out_words": "Af", "in_words": ["x"]}, "out_words"),
        ({"status": 4}, "booked_words"),
        ({"date_format": "D.M.Y"}, "date_format"),
        ({"date_format": []}, "date_format"),
        ({"decimal": ";"}, "decimal"),
        ({"positive_means": "up"}, "positive_means"),
        ({"colour": 1}, "colour"),
    ],
)
def test_refuses_with_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(MappingError) as refused:
        Mapping.from_json(GOOD | change)
    assert field in refused.value.errors
    assert all(refused.value.errors[field])


@pytest.mark.parametrize("data", [None, [], "x", 1, {}])
def test_refuses_what_is_no_mapping(data: object) -> None:
    with pytest.raises(MappingError):
        Mapping.from_json(data)


def test_direction_needs_an_amount() -> None:
    with pytest.raises(MappingError) as refused:
        Mapping.from_json(
            {"date": 0, "money_out": 1, "direction": 2, "out_words": ["a"], "in_words": ["b"]}
        )
    assert "direction" in refused.value.errors
