"""What to call a device: a guess from the user agent it sends, good enough for its owner."""

# The first that is found counts: most browsers claim to be Safari, and Chrome besides.
_PROGRAMS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "Linux": "Linux",
}
UNKNOWN = "Unknown device"


def name_of(user_agent: str) -> str:
    """Return a name such as "Firefox on Linux"; of programs that are no browser, their own."""
    return " on ".join(_parts(user_agent)) or UNKNOWN


def wordless_name_of(user_agent: str) -> str:
    """Return a name for every language, such as "Firefox, Linux"; "" of an unknown device."""
    return ", ".join(_parts(user_agent))


def _parts(user_agent: str) -> list[str]:
    known = [_first(_PROGRAMS, user_agent), _first(_SYSTEMS, user_agent)]
    own = user_agent.split("/", 1)[0].strip()[:40]
    return [name for name in known if name] or ([own] if own else [])


def _first(names: dict[str, str], user_agent: str) -> str | None:
    return next((name for sign, name in names.items() if sign in user_agent), None)
