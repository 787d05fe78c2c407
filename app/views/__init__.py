"""The HTML adapter: one blueprint per noun; every page but those marked public needs a sign-in."""

from flask import Flask

from app.extensions import csrf
from app.views import (
    accounts,
    acting,
    assets,
    auth,
    categories,
    exports,
    formatting,
    health,
    imports,
    months,
    once,
    pictures,
    profile,
    sessions,
    settings,
    transactions,
)

BLUEPRINTS = (
    health.blp,
    auth.blp,
    months.blp,
    transactions.blp,
    accounts.blp,
    categories.blp,
    exports.blp,
    imports.blp,
    sessions.blp,
    settings.blp,
    profile.blp,
    pictures.blp,
)


def init_app(app: Flask) -> None:
    """Register the pages on ``app``, their guard, and what their templates can use."""
    csrf.init_app(app)
    acting.init_app(app)
    assets.init_app(app)
    formatting.init_app(app)
    once.init_app(app)
    settings.init_app(app)
    for blp in BLUEPRINTS:
        app.register_blueprint(blp)
