"""The instance: its settings, its health, its figures, and what was done to it."""

from typing import Any

from flask import Response, current_app

from app import smtp
from app.api.acting import actor
from app.api.answers import json_response, page_response, tagged_response
from app.api.blueprint import Blueprint
from app.controllers import activities, health, instance_settings, mails, statistics
from app.policies import Permission, needs
from app.schemas.activities import ActivityQuery
from app.schemas.instance_settings import (
    HealthSchema,
    InstanceActivityPageSchema,
    InstanceActivitySchema,
    InstanceSettingsInput,
    InstanceSettingsSchema,
    MailTestInput,
    MailTestSchema,
    StatisticsSchema,
)
from config import Settings

blp = Blueprint("api_instance", __name__, url_prefix="/api/admin", description="This instance")


@blp.route("/settings", methods=["GET"])
@blp.response(200, InstanceSettingsSchema)
@needs(Permission.ADMINISTER)
def show_settings() -> Response:
    """Get every setting, where its value is from, and what counts without it."""
    return _shown_settings()


@blp.route("/settings", methods=["PATCH"])
@blp.arguments(InstanceSettingsInput)
@blp.response(200, InstanceSettingsSchema)
@needs(Permission.ADMINISTER)
def update_settings(data: dict[str, Any]) -> Response:
    """Change settings; null goes back to what counts without one."""
    instance_settings.update(actor(), **data)
    return _shown_settings()


@blp.route("/mail-test", methods=["POST"])
@blp.arguments(MailTestInput)
@blp.response(200, MailTestSchema)
@needs(Permission.ADMINISTER)
def test_mail(data: dict[str, Any]) -> Response:
    """Send a mail at once, and say what the server answered."""
    trial = mails.try_out(actor(), tester=smtp.tester, seconds=smtp.TIMEOUT, **data)
    return json_response(MailTestSchema().dump(trial))


@blp.route("/mails/<id:mail_id>/retry", methods=["POST"])
@blp.empty
@needs(Permission.ADMINISTER)
def retry_mail(mail_id: int) -> None:
    """Have a mail that failed for good tried again."""
    mails.retry(actor(), mail_id)


@blp.route("/statistics", methods=["GET"])
@blp.response(200, StatisticsSchema)
@needs(Permission.ADMINISTER)
def show_statistics() -> Response:
    """Get figures from which nobody can tell what one person does."""
    return json_response(StatisticsSchema().dump(statistics.gather(actor())))


@blp.route("/health", methods=["GET"])
@blp.response(200, HealthSchema)
@needs(Permission.ADMINISTER)
def show_health() -> Response:
    """Get how every part is, in a sentence, and what to do about it."""
    report = health.report(actor(), _settings().data_dir, smtp.prober())
    return json_response(HealthSchema().dump(report))


@blp.route("/activity", methods=["GET"])
@blp.arguments(ActivityQuery(exclude=("ledger_id", "format")), location="query")
@blp.response(200, InstanceActivityPageSchema)
@needs(Permission.ADMINISTER)
def list_activity(query: dict[str, Any]) -> Response:
    """List what was done to accounts and the instance, newest first; nothing within ledgers."""
    return page_response(activities.list_of_instance(actor(), **query), InstanceActivitySchema())


def _shown_settings() -> Response:
    found = instance_settings.show(actor(), _settings().registration)
    return tagged_response(InstanceSettingsSchema().dump({"items": found}))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
