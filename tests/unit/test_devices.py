"""What devices are called."""

import pytest

from app.services.devices import UNKNOWN, name_of, wordless_name_of

IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
         "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
         "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit Chrome/142.0 Mobile Safari/537.36",
         "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        (f"{IOS} Version/18.5 Mobile Safari/604.1", "Safari on iPhone"),
        (f"{IOS} CriOS/142.0 Mobile Safari/604.1", "Chrome on iPhone"),
        ("python-requests/2.32.5", "python-requests"),
        ("curl/8.5.0", "curl"),
        ("", UNKNOWN),
        ("/", UNKNOWN),
        ("x" * 300, "x" * 40),
    ],
)  # fmt: skip
def test_a_device_has_a_name(user_agent: str, name: str) -> None:
    assert name_of(user_agent) == name


def test_a_device_has_a_name_in_every_language() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert wordless_name_of(firefox) == "Firefox, Linux"
    assert wordless_name_of("curl/8.5.0") == "curl"
    assert wordless_name_of("") == ""
