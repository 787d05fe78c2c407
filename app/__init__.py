"""Outlay: bring your bank statements, know where the money goes."""

from flask import Flask

from app import (
    access,
    api,
    cli,
    configuration,
    database,
    errors,
    health,
    http,
    limits,
    smtp,
    transport,
    views,
)
from config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from ``settings``, by default those of the environment."""
    app = configuration.new_app(settings or Settings.from_env())
    database.init_app(app)
    smtp.init_app(app)
    http.init_app(app)
    transport.init_app(app)
    limits.init_app(app)
    errors.init_app(app)
    api.init_app(app)
    views.init_app(app)
    health.init_app(app)
    cli.init_app(app)
    access.demand_marks(app)
    return app
