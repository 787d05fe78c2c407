"""What marshmallow says of faults, in the shape that Outlay's own errors have."""

from typing import Any


def flat_errors(*messages: Any) -> dict[str, list[str]]:
    """Return marshmallow's nested messages as ``{field: [messages]}``, dotted where nested."""
    flat: dict[str, list[str]] = {}
    for nested in messages:
        _flatten("", nested, flat)
    return flat


def _flatten(name: str, messages: Any, flat: dict[str, list[str]]) -> None:
    if isinstance(messages, dict):
        for key, value in messages.items():
            _flatten(f"{name}.{key}" if name else str(key), value, flat)
    else:
        flat.setdefault(name or "_schema", []).extend(str(message) for message in messages)
