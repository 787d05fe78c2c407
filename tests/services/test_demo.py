"""The demo account is one to look at, and asks nobody for what only its owner could do."""

from flask import Flask

from app.controllers import demo
from app.core.uow import unit_of_work
from app.models.base import session
from app.services import users
from tests.views.visitors import Visitor, words


def _visit(app: Flask) -> str:
    with app.app_context():
        account = demo.fill()
    visitor = Visitor(app, "en-US")
    visitor.email = account.email
    assert visitor.sign_in(account.password).status_code == 303
    return words(visitor.get("/"))


def test_nobody_is_asked_to_prove_the_address_of_the_demo(app: Flask) -> None:
    assert "your address?" not in _visit(app)


def test_nor_is_it_when_the_demo_was_made_before(app: Flask) -> None:
    _visit(app)
    with app.app_context(), unit_of_work():
        user = users.find_by_email(users.DEMO_EMAIL)
        assert user
        user.email_verified_at = None
        session.flush()
    assert "your address?" not in _visit(app)
