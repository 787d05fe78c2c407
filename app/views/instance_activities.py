"""What was done to accounts and the instance, for administrators."""

from flask import Blueprint, render_template, request

from app.controllers import activities
from app.policies import Permission, needs
from app.schemas.activities import ActivityQuery
from app.views.acting import actor
from app.views.forms import Form
from app.views.paging import by_cursor
from app.views.sentences import NOUNS

blp = Blueprint("instance_activities", __name__, url_prefix="/admin/activity")

SHOWN = ("user", "sign_in", "second_factor", "passkey", "token", "invitation", "settings")


@blp.get("")
@needs(Permission.ADMINISTER)
def index() -> tuple[str, int]:
    """List the log, narrowed to what the address says."""
    form = Form(ActivityQuery(exclude=("ledger_id", "format")))
    query = form.load(request.args)
    found = activities.list_of_instance(actor(), **query) if query else None
    known = ("kind", "user_id", "date_from", "date_to")
    page = render_template(
        "admin/activity.html",
        form=form,
        nouns=[(noun, NOUNS[noun]) for noun in SHOWN],
        filters=[name for name in known if request.args.get(name)],
        page=by_cursor(found, "instance_activities.index") if found else None,
        log=found.items if found else [],
    )
    return page, form.status
