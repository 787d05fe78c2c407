"""The HTML adapter: one blueprint per noun; every page but those marked public needs a sign-in."""

from flask import Flask

from app.extensions import csrf
from app.views import (
    accounts,
    acting,
    activities,
    admin,
    api_tokens,
    assets,
    auth,
    bulk_changes,
    categories,
    current_ledger,
    email_addresses,
    exports,
    formatting,
    health,
    identities,
    imports,
    instance_activities,
    instance_health,
    instance_settings,
    invitations,
    jobs,
    ledgers,
    mails,
    members,
    months,
    once,
    passkeys,
    passwords,
    payees,
    people,
    pictures,
    privacy,
    profile,
    receipts,
    reconciliations,
    registrations,
    rows,
    rules,
    saved_filters,
    second_factors,
    security,
    sessions,
    settings,
    suggestions,
    tags,
    transactions,
    transfers,
    ways_in,
)

BLUEPRINTS = (
    health.blp,
    auth.blp,
    ledgers.blp,
    months.blp,
    transactions.blp,
    rows.blp,
    saved_filters.blp,
    bulk_changes.blp,
    transfers.blp,
    receipts.blp,
    accounts.blp,
    reconciliations.blp,
    categories.blp,
    payees.blp,
    suggestions.blp,
    tags.blp,
    rules.blp,
    exports.blp,
    imports.blp,
    members.blp,
    *invitations.BLUEPRINTS,
    sessions.blp,
    api_tokens.blp,
    settings.blp,
    second_factors.blp,
    passkeys.blp,
    identities.blp,
    profile.blp,
    pictures.blp,
    privacy.blp,
    email_addresses.blp,
    passwords.blp,
    security.blp,
    activities.blp,
    admin.blp,
    people.blp,
    instance_settings.blp,
    jobs.blp,
    mails.blp,
    instance_health.blp,
    instance_activities.blp,
    registrations.blp,
)


def init_app(app: Flask) -> None:
    """Register the pages on ``app``, their guard, and what their templates can use."""
    csrf.init_app(app)
    acting.init_app(app)
    current_ledger.init_app(app)
    assets.init_app(app)
    formatting.init_app(app)
    once.init_app(app)
    passkeys.init_app(app)
    identities.init_app(app)
    ways_in.init_app(app)
    settings.init_app(app)
    admin.init_app(app)
    activities.init_app(app)
    rules.init_app(app)
    transfers.init_app(app)
    for blp in BLUEPRINTS:
        app.register_blueprint(blp)
