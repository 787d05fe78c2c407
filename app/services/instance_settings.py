"""Settings that administrators change while Outlay runs, and what counts where they say nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from app.core import clock
from app.models.base import session, upsert
from app.models.instance_settings import InstanceSetting

NAMES = ("registration", "currency", "timezone", "locale")
"""Who may register, and what somebody new begins with who does not say otherwise."""

HERE, ENVIRONMENT = "here", "environment"


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting as it counts: its ``value``, where that is from, and the one without a row."""

    name: str
    value: Any
    source: str
    default: Any


def find_all() -> dict[str, Any]:
    """Return what is set here by name; names without a value here are missing. One query."""
    rows = session.execute(select(InstanceSetting.name, InstanceSetting.value))
    return {name: value for name, value in rows if name in NAMES}


def effective(defaults: Mapping[str, Any]) -> list[Effective]:
    """Return every setting as it counts over ``defaults``, which has a value for each name."""
    here = find_all()
    return [
        Effective(
            name=name,
            value=here.get(name, defaults[name]),
            source=HERE if name in here else ENVIRONMENT,
            default=defaults[name],
        )
        for name in NAMES
    ]


def write(name: str, value: Any) -> None:
    """Set a value here; None goes back to the environment's."""
    if value is None:
        session.execute(delete(InstanceSetting).where(InstanceSetting.name == name))
        return
    row = {"name": name, "value": value, "updated_at": clock.now()}
    statement = upsert(InstanceSetting.__table__, session.get_bind().dialect.name).values(row)  # type: ignore[arg-type]
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": value, "updated_at": row["updated_at"]}
        )
    )
