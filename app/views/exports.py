"""Taking rows along as a file."""

from flask import Blueprint, Response, request, stream_with_context

from app.controllers import transactions
from app.core.downloads import attachment
from app.core.errors import Invalid
from app.policies import Permission, needs
from app.schemas.exports import ExportQuery
from app.views.acting import actor
from app.views.current_ledger import about
from app.views.forms import Form

blp = about(Blueprint("exports", __name__, url_prefix="/exports"))


@blp.get("/transactions")
@needs(Permission.EXPORT)
def show() -> Response:
    """Send the rows that the list's filters let through as CSV, while they are read."""
    form = Form(ExportQuery(exclude=("ledger_id",)), currency=actor().ledger.currency)
    query = form.load(request.args)
    if query is None:
        raise Invalid(errors=form.errors)
    lines = transactions.export(actor(), filters=query["filters"])
    headers = attachment("outlay-transactions.csv")
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)
