"""What can be wrong with a statement as a whole, and with one cell of it."""


class StatementRefused(Exception):
    """The file as a whole cannot be read; ``reason`` is a sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        """Keep the sentence."""
        super().__init__(reason)
        self.reason = reason


class MappingError(Exception):
    """A column mapping is not valid; ``errors`` holds the messages of each field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        """Keep the messages, field by field."""
        super().__init__(
            "; ".join(f"{field}: {' '.join(texts)}" for field, texts in errors.items())
        )
        self.errors = errors


class Fault(str):
    """Stands where a cell's value would stand and says why there is none."""

    __slots__ = ()


_SHOWN = 60


def shown(cell: str) -> str:
    """Return a cell as it may be quoted in a sentence: short, printable, in quotation marks."""
    text = cell[:_SHOWN].strip()
    if not text.isprintable():
        text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f"“{text}{'…' if len(cell) > _SHOWN else ''}”"
