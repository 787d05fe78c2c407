"""Codes as an authenticator app shows them."""

import time

import pyotp

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
