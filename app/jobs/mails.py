"""Jobs of mails: handing them over to the mail server."""

import smtplib

from flask_mail import BadHeaderError

from app import smtp
from app.controllers import mail_work
from app.controllers.mail_work import Letter, Refused
from app.jobs.context import in_app
from app.jobs.letters import compose

PERMANENT = range(500, 600)
"""Answers of a mail server that another try would not change (RFC 5321, 4.2.1)."""


@in_app
def send(mail_id: int) -> None:
    """Send a mail, if it is due."""
    mail_work.send(mail_id, deliver)


def deliver(letter: Letter) -> None:
    """Compose a mail and hand it over. Refused when it will never be taken."""
    message = compose(letter)
    try:
        smtp.deliver(message, smtp.file_name(letter.mail.id, letter.mail.kind))
    except BadHeaderError as error:
        raise Refused("A header of this mail has more than one line.") from error
    except smtplib.SMTPRecipientsRefused as error:
        answers = list(error.recipients.values())
        raise _refusal(answers[0], all(code in PERMANENT for code, _ in answers)) from error
    except smtplib.SMTPResponseException as error:
        is_final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code in PERMANENT
        raise _refusal((error.smtp_code, error.smtp_error), is_final) from error


def _refusal(answer: tuple[int, bytes | str], is_final: bool) -> Exception:
    code, said = answer
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    reason = f"The mail server said: {code} {words}"
    return Refused(reason) if is_final else OSError(reason)
