"""Settings of the instance: read by everybody who registers, changed by administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.uow import unit_of_work
from app.models.users import Actor
from app.policies import require_operator
from app.services import activities, instance_settings
from app.services.instance_settings import Effective

BUILT_IN = {"currency": "EUR", "timezone": "UTC", "locale": "en"}
"""What somebody new begins with where neither they nor an administrator say otherwise."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Who may register, and what somebody new begins with where that is set here."""

    mode: str
    newcomers: Mapping[str, str]

    def completed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what somebody new said of themselves, with all that they left out."""
        return {**BUILT_IN, **self.newcomers, **given}


def for_registration(mode: str) -> Registration:
    """Return what counts for somebody who comes to register; ``mode`` is the environment's."""
    found = instance_settings.find_all()
    return Registration(mode=found.pop("registration", mode), newcomers=found)


def show(actor: Actor | None, mode: str) -> Sequence[Effective]:
    """Return every setting as it counts; ``mode`` is the environment's of registration.

    ``actor`` is an administrator, or None for who may run commands on the server; NotFound for
    everybody else.
    """
    require_operator(actor)
    return instance_settings.effective({"registration": mode, **BUILT_IN})


def update(actor: Actor | None, **changes: Any) -> None:
    """Set values by their names; None goes back to what the environment says."""
    by = require_operator(actor)
    with unit_of_work():
        before = instance_settings.find_all()
        changed = {name: to for name, to in changes.items() if before.get(name) != to}
        for name, value in changed.items():
            instance_settings.write(name, value)
        if changed:
            activities.record(
                by,
                "settings.changed",
                before={name: before.get(name) for name in changed},
                after=changed,
            )
