"""Who may use a route is said at the route, or the program does not start."""

from flask import Flask

from app.policies import access_of

NOT_OURS = frozenset({"api-docs.openapi_json"})
"""Endpoints that a package registers; flask-smorest's description of the API is for everybody."""


class UnmarkedRouteError(Exception):
    """A route that does not say who may use it."""


def demand_marks(app: Flask) -> None:
    """Raise UnmarkedRouteError for a route of ``app`` that does not say who may use it."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if access_of(view) is None and rule.endpoint not in NOT_OURS:
            raise UnmarkedRouteError(
                f"The route {rule.rule} ({rule.endpoint}) does not say who may use it. Mark it"
                " with public, signed_in or needs, which are in app/policies.py."
            )
