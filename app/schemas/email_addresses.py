"""E-mail addresses that are proved or changed."""

from app.schemas.auth import Email, Secret
from app.schemas.base import Input
from app.schemas.fields import Text
from app.schemas.passwords import LONGEST_TOKEN


class TokenInput(Input):
    """The token out of a mail."""

    token = Text(required=True, longest=LONGEST_TOKEN)


class AddressInput(Input):
    """A new address, and the password."""

    email = Email(required=True)
    password = Secret()
