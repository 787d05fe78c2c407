"""What the owner of a copied token is told."""

import datetime as dt

from sqlalchemy import update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.users import SignIn, User
from tests.factories.callers import Api
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, html_of, text_of


def test_the_owner_of_a_copied_token_is_told(api: Api, work: Work, inbox: Inbox) -> None:
    headers = {"Authorization": f"Bearer {api.person.refresh_token}"}
    assert api.post("/auth/refresh", headers=headers).status_code == 200
    long_ago = clock.now() - dt.timedelta(minutes=1)
    with api.app.app_context(), unit_of_work():
        session.execute(update(User).values(email_verified_at=long_ago))
        session.execute(update(SignIn).values(refreshed_at=long_ago, user_agent="<b>Sync</b>/2"))
    assert api.post("/auth/refresh", headers=headers).status_code == 401
    work()
    [mail] = inbox.mails
    assert mail["To"] == api.person.email
    assert mail["Subject"] == "An app was signed out to protect you"
    assert "a token of <b>Sync< came a second time" in text_of(mail)
    assert "/settings/devices" in text_of(mail)
    assert "&lt;b&gt;Sync&lt;" in html_of(mail)
