"""What can go wrong, said without HTTP: adapters translate these to a status and a body."""

from collections.abc import Mapping, Sequence

FieldErrors = Mapping[str, Sequence[str]]


class OutlayError(Exception):
    """Base of every expected failure.

    ``code`` is for machines and never changes; ``detail`` is a sentence for a person;
    ``errors`` maps a field of the caller's input to its messages.
    """

    code = "error"
    detail = "This could not be done."

    def __init__(self, detail: str | None = None, *, errors: FieldErrors | None = None) -> None:
        self.detail = detail or self.detail
        self.errors = {field: list(messages) for field, messages in (errors or {}).items()}
        super().__init__(self.detail)


class Unreadable(OutlayError):
    """The input is not in the form it claims to have."""

    code = "unreadable"
    detail = "The request could not be read."


class Unauthenticated(OutlayError):
    """Nobody is signed in, or the proof of it is no longer good."""

    code = "unauthenticated"
    detail = "Sign in first."


class OtpRequired(OutlayError):
    """The password was right; a code of the second factor is needed too.

    ``user_id`` is whose, ``mark`` changes when their password or address does.
    """

    code = "otp_required"
    detail = "Enter the code that your authenticator app shows."

    def __init__(self, user_id: int, mark: int) -> None:
        super().__init__()
        self.user_id, self.mark = user_id, mark


class OtpInvalid(Unauthenticated):
    """The code of the second factor is wrong, was used before, or comes after too many others."""

    code = "otp_invalid"
    detail = (
        "This code is not good: each counts once, for half a minute. After five wrong ones only a"
        " recovery code works for a while."
    )


class Forbidden(OutlayError):
    """The caller may know that the thing exists, and may not do this to it."""

    code = "forbidden"
    detail = "You may not do this here."


class InsufficientScope(Forbidden):
    """A personal token was sent whose scopes do not include what was asked for (RFC 6750)."""

    code = "insufficient_scope"
    detail = "This token may not do this."


class NotFound(OutlayError):
    """There is no such thing, or the caller may not know of it."""

    code = "not_found"
    detail = "There is nothing here that you can see."


class Conflict(OutlayError):
    """The present state of things does not allow it."""

    code = "conflict"
    detail = "This does not fit with what is already there."


class Reconciled(Conflict):
    """A row that a reconciled statement counts on; changing it has to be meant."""

    code = "reconciled"
    detail = "This row is reconciled: a statement that agreed with the books counts on it."


class Stale(OutlayError):
    """Somebody changed the thing since the caller last saw it."""

    code = "stale"
    detail = "This was changed in the meantime. Look at it again before you change it."


class Invalid(OutlayError):
    """Values that can be read but not accepted; ``errors`` says which and why."""

    code = "invalid"
    detail = "Some of what was sent cannot be accepted."


class TooLarge(OutlayError):
    """What was sent has more bytes than are accepted."""

    code = "too_large"
    detail = "This is larger than what is accepted here."


class TooMany(OutlayError):
    """Too much was tried in too short a time; worth another try in ``retry_after`` seconds."""

    code = "too_many_requests"

    def __init__(self, retry_after: int) -> None:
        wait = "a second" if retry_after == 1 else f"{retry_after} seconds"
        super().__init__(f"That was wrong too many times. Wait {wait}, then try again.")
        self.retry_after = retry_after


class Unavailable(OutlayError):
    """A part Outlay needs is away; worth another try in ``retry_after`` seconds."""

    code = "unavailable"
    detail = "A part of Outlay is not available right now. Try again in a moment."
    retry_after = 5
