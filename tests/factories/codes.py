"""Codes as an authenticator app shows them, and people who are asked for one."""

import time

import pyotp

from tests.factories.callers import Api, expect
from tests.factories.people import PASSWORD

PERIOD = 30


def code_of(secret: str, *, steps: int = 0) -> str:
    """Return a secret's code so many steps from now; close to a step's end, wait for the next.

    Otherwise a test could be asked for a code in one step and judged in another.
    """
    left = PERIOD - time.time() % PERIOD
    if left < 2:
        time.sleep(left + 0.05)
    totp = pyotp.TOTP(secret.replace(" ", ""), interval=PERIOD)
    return totp.generate_otp(int(time.time()) // PERIOD + steps)


def turn_on(api: Api) -> tuple[str, list[str]]:
    """Turn the second factor on; returns its secret and the recovery codes."""
    secret = str(expect(201, api.post("/user/otp", {"password": PASSWORD}))["secret"])
    # With the code of the step before, so that the present one is still good.
    confirmed = expect(200, api.post("/user/otp/confirm", {"code": code_of(secret, steps=-1)}))
    return secret, confirmed["recovery_codes"]
