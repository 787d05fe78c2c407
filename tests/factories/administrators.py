"""People who run the instance."""

from flask import Flask
from sqlalchemy import update

from app.core.uow import unit_of_work
from app.models.base import session
from app.models.users import User
from tests.factories.callers import Api


def change(app: Flask, user_id: int, **values: object) -> None:
    """Change an account as nobody's request could."""
    with app.app_context(), unit_of_work():
        session.execute(update(User).where(User.id == user_id).values(**values))


def administrator(api: Api) -> Api:
    """Make a caller one who runs the instance; returns them."""
    change(api.app, api.person.id, role="admin")
    return api
