from app.api.blueprint import Blueprint

blp = Blueprint("api_imports", __name__, url_prefix="/api/imports", description="Imports")
