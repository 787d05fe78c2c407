"""Figures about the instance as a whole."""

from app.models.users import Actor
from app.policies import require_administrator
from app.services import statistics
from app.services.statistics import Statistics


def gather(actor: Actor) -> Statistics:
    """Return how much there is. NotFound for all but administrators."""
    require_administrator(actor)
    return statistics.gather()
