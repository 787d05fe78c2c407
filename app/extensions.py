"""Bare instances of the Flask extensions; ``create_app`` ties them to an app."""

from flask_jwt_extended import JWTManager
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app.models.base import db

migrate = Migrate()
mail = Mail()
login_manager = LoginManager()
jwt = JWTManager()
csrf = CSRFProtect()

__all__ = ["csrf", "db", "jwt", "login_manager", "mail", "migrate"]
