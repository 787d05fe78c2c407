"""What the next page says of what was just done."""

from typing import Any

from flask import flash


def done(text: str, undo: str | None = None) -> None:
    """Say that something worked; with ``undo``, an address to post to, offer to take it back."""
    message: Any = {"text": text, "url": undo, "label": "Undo"} if undo else text
    flash(message, "success")


def failed(text: str) -> None:
    """Say that something did not work, and why."""
    flash(text, "danger")
