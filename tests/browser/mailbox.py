"""The mails that people in a browser get: files, where no mail server is set up."""

import time
from email.message import EmailMessage

from config import Settings
from tests.factories.mails import written

PATIENCE = 20.0


def mail_to(settings: Settings, address: str, subject: str) -> EmailMessage:
    """Wait until a mail with that subject has come, and return the newest one."""
    deadline = time.monotonic() + PATIENCE
    while True:
        mails = [mail for mail in written(settings) if mail["To"] == address]
        found = [mail for mail in mails if mail["Subject"] == subject]
        if found:
            return found[-1]
        assert time.monotonic() < deadline, [mail["Subject"] for mail in mails]
        time.sleep(0.1)
