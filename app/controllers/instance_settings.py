"""Settings of the instance: read by everybody who registers, changed by administrators."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.uow import unit_of_work
from app.models.activities import NOBODY
from app.models.users import Actor
from app.policies import require_administrator
from app.services import activities, instance_settings
from app.services.instance_settings import Effective


def registration_mode(default: str) -> str:
    """Return who may register: as it is set here, else ``default``, which is the environment's."""
    return str(instance_settings.find_all().get("registration", default))


def for_newcomers() -> dict[str, str]:
    """Return the currency, time zone and locale that somebody new begins with, where set here."""
    found = instance_settings.find_all()
    return {name: value for name, value in found.items() if name != "registration"}


def show(actor: Actor | None, defaults: Mapping[str, Any]) -> Sequence[Effective]:
    """Return every setting as it counts over ``defaults``. NotFound for all but administrators.

    ``actor`` is None for who may run commands on the server.
    """
    if actor is not None:
        require_administrator(actor)
    return instance_settings.effective(defaults)


def update(actor: Actor | None, **changes: Any) -> None:
    """Set values by their names; None goes back to what the environment says."""
    if actor is not None:
        require_administrator(actor)
    with unit_of_work():
        before = instance_settings.find_all()
        changed = {name: to for name, to in changes.items() if before.get(name) != to}
        for name, value in changed.items():
            instance_settings.write(name, value)
        if changed:
            activities.record(
                actor.trace if actor else NOBODY,
                "settings.changed",
                before={name: before.get(name) for name in changed},
                after=changed,
            )
