"""The form that changes many rows alike: what is left empty stays as it is in each."""

from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from app.models.transaction_lists import Filters
from app.schemas.bulk_changes import ChangeSetInput
from app.views import filter_texts, ticks
from app.views.forms import GENERAL, INVALID_STATUS, Form

NO_CATEGORY = "none"
TAGS = ("add_tags", "remove_tags")
CLEARED = ("payee", "notes")
"""What can be taken away from rows; elsewhere an empty field says nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows a page is about: those with ``ids``, or all that pass ``filters``.

    ``text`` is the filters as an address has them; ``deed`` is change or delete.
    """

    deed: str
    ids: list[int]
    filters: Filters | None
    text: str

    @classmethod
    def read(cls) -> "Asked":
        """Read it from the present request."""
        text = request.values.get("filters", "")
        return cls(
            deed="delete" if request.values.get("deed") == "delete" else "change",
            ids=ticks.ids_of(request.values.getlist("ids")),
            filters=filter_texts.read(text)[0] if "all" in request.values else None,
            text=text,
        )

    @property
    def rows(self) -> dict[str, Any]:
        """Which rows, as the use cases take it."""
        return {"ids": self.ids} if self.filters is None else {"filters": self.filters}


class BulkForm(Form):
    """A form of :class:`ChangeSetInput`; tags are names with commas between them."""

    def __init__(self) -> None:
        super().__init__(ChangeSetInput())

    def said(self) -> dict[str, Any] | None:
        """Return what rows are to be given; None, and a fault, where that is nothing."""
        data = self.load()
        if data == {}:
            self._refuse({GENERAL: ["Say what to change: every field is empty."]}, INVALID_STATUS)
        return data or None

    def _gather(self, raw: dict[str, Any], source: MultiDict[str, str]) -> None:
        for name in [name for name in raw if not raw[name].strip()]:
            del raw[name]
        for name in set(TAGS) & raw.keys():
            raw[name] = [tag for part in raw[name].split(",") if (tag := part.strip())]
        if raw.get("category_id") == NO_CATEGORY:
            raw["category_id"] = ""
        self.values["clear"] = source.getlist("clear")
        raw.update({name: "" for name in CLEARED if name in self.values["clear"]})

    def _refuse(self, errors: dict[str, list[str]], status: int) -> None:
        told: dict[str, list[str]] = {}
        for name, messages in errors.items():
            told.setdefault(name.partition(".")[0], []).extend(messages)
        super()._refuse(told, status)
