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
    program = _first(_PROGRAMS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if program and system:
        return f"{program} on {system}"
    own = user_agent.split("/", 1)[0].strip()[:40]
    return program or system or own or UNKNOWN


def _first(names: dict[str, str], user_agent: str) -> str | None:
    return next((name for sign, name in names.items() if sign in user_agent), None)
