"""The page that shows the API's description."""

from flask import Blueprint, render_template

from app.policies import public

blp = Blueprint("api_docs", __name__, url_prefix="/api/docs")


@blp.route("")
@public
def index() -> str:
    """Show Swagger UI, from this server's own assets."""
    return render_template("api/docs.html")
