"""What people are told when somebody changes how they prove who they are."""

import re

import pytest

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.users import User
from app.services import second_factors
from tests.factories.callers import Api
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, html_of, text_of

SAID = {
    "otp_on": "The second factor is on",
    "otp_off": "The second factor is off",
    "recovery_codes_renewed": "You have new recovery codes",
    "recovery_code_used": "A recovery code was used to sign in",
    "passkey_added": "A passkey was added",
    "passkey_removed": "A passkey was removed",
    "identity_linked": "Another way to sign in was linked",
    "identity_unlinked": "A way to sign in was unlinked",
}


@pytest.mark.parametrize("change", SAID)
def test_a_change_is_told_in_words(api: Api, work: Work, inbox: Inbox, change: str) -> None:
    with api.app.app_context(), unit_of_work() as unit:
        user = session.get_one(User, api.person.id)
        user.email_verified_at = clock.now()
        second_factors.tell(unit, user, change)
    work()
    [mail] = inbox.mails
    assert mail["Subject"] == SAID[change]
    for text in (text_of(mail), html_of(mail)):
        plain = re.sub(r"\s+", " ", text)
        assert SAID[change] in plain
        assert "/settings/security" in plain
        assert "{{" not in plain


def test_an_address_nobody_proved_is_told_nothing(api: Api, work: Work, inbox: Inbox) -> None:
    with api.app.app_context(), unit_of_work() as unit:
        second_factors.tell(unit, session.get_one(User, api.person.id), "otp_on")
    work()
    assert inbox.mails == []
