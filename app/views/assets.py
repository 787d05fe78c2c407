"""Built assets by their plain names, and the icons there are."""

import json
import logging
from functools import cache
from pathlib import Path

from flask import Flask, request

from app.configuration import ROOT

log = logging.getLogger(__name__)

STATIC = ROOT / "static"


def init_app(app: Flask) -> None:
    """Give templates ``asset(name)``."""
    names = _manifest(STATIC / "dist" / "manifest.json")

    def asset(name: str) -> str:
        return f"{request.script_root}/static/{names.get(name, name)}"

    app.add_template_global(asset)


@cache
def category_icons() -> tuple[str, ...]:
    """Return the names of the icons that a category can have."""
    groups = json.loads((STATIC / "src" / "icons.json").read_text(encoding="utf-8"))
    return tuple(groups["categories"])


def _manifest(path: Path) -> dict[str, str]:
    """Return the built file's name for every plain name; none before the first build."""
    if not path.exists():
        log.warning("the assets are not built yet: pages will have no style")
        return {}
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names
