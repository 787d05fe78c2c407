"""Reports on a ledger."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response, nested
from app.api.blueprint import Blueprint, revisioned
from app.controllers import reports
from app.policies import Permission, needs
from app.schemas.reports import MonthlyReportSchema, MonthQuery, monthly_report

blp = Blueprint(
    "api_reports", __name__, url_prefix="/api/reports", description="What it adds up to"
)


@blp.route("/monthly", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(MonthQuery, location="query")
@blp.response(200, MonthlyReportSchema)
@revisioned
def monthly(query: dict[str, Any]) -> Response:
    """Get a month: spent, received, left over, by category, against the month before."""
    return json_response(monthly_report(reports.monthly(actor(), **query), nested))
