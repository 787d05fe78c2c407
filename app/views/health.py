"""Whether the web server answers; for container platforms and Outlay's own start script."""

from flask import Blueprint

from app.policies import public

blp = Blueprint("health", __name__, url_prefix="/health")


@blp.get("")
@public
def show() -> dict[str, str]:
    """Say that the web server answers."""
    return {"status": "ok"}
