"""Every route, walked by everybody: who gets what is what the table says, and nothing else.

The walk goes over all rules of the application, pages and API. There are no WebSockets yet; a rule
of one that is not in the table fails like any other route.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from app.access import NOT_OURS, UnmarkedRouteError, demand_marks
from app.core import storage
from app.policies import PUBLIC, access_of
from config import Settings
from tests.architecture.access import BY_TOKEN, KINDS, ROUTES, outcome
from tests.architecture.offers import offers
from tests.architecture.requests import body_of, files_of, query_of
from tests.architecture.snapshots import Snapshot
from tests.architecture.worlds import JOB, MISSING, Walker, World, build, wait_in_queue
from tests.conftest import running_app

HOST = "http://localhost:5000"
"""Passkeys are bound to a host with a name."""

WRITING = {"edit", "import"}
LEDGERS = {"see", "export", "manage"} | WRITING
DOERS = {
    "signed_in": "stranger",
    "see": "viewer",
    "export": "viewer",
    "edit": "editor",
    "import": "editor",
    "manage": "owner",
    "administer": "administrator",
}
"""Who has to succeed: a walk whose every step is turned down for its body proves little."""

QUIET = {
    # Its payee has no transaction, so that it can be deleted.
    "POST /categories/suggestions/<payee_id>",
    "POST /api/rules/preview",
    "POST /rules/preview",
    "POST /transactions/bulk/choose",
    # There is one rule, and it is on.
    "POST /rules/<rule_id>/activate",
    "POST /rules/<rule_id>/move",
    # What it takes was not prepared: a second factor, a code, what a device made, a failed job.
    "DELETE /api/user/otp",
    "POST /api/user/otp/confirm",
    "POST /api/user/otp/recovery-codes",
    "POST /settings/security/one-time-password/confirm",
    "POST /settings/security/one-time-password/recovery-codes",
    "POST /settings/security/one-time-password/remove",
    "POST /settings/security/passkeys",
    "POST /admin/jobs/<job_id>/retry",
    "POST /api/admin/jobs/<job_id>/retry",
    # The ledger that is walked over is not deleted, and the mail is a file.
    "POST /api/ledgers/<ledger_id>/restore",
    "POST /ledgers/<ledger_id>/restore",
    "POST /api/admin/mail-test",
    "POST /admin/mails/test",
    # The address is proved already.
    "POST /api/auth/verify-email/resend",
    "POST /verify-email/resend",
    # Its challenge goes into the cookie.
    "POST /settings/security/passkeys/options",
    "POST /settings/security/identities",
}

_ARGUMENT = re.compile(r"<(?:[^>]*:)?(\w+)>")
_VARYING = re.compile(
    r'"request_id":\s*"[^"]*"|<code>[^<]*</code>|content="[^"]*"|value="[^"]*"|\b1000000000\b'
)


class Step(NamedTuple):
    """One request of a walk; ``about`` is what :func:`outcome` knows."""

    route: str
    about: str
    path: str
    query: dict[str, Any]


# The world


class Walk:
    """A prepared world in the database, put back after each change."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.world: World = build(app)
        self.snapshot = Snapshot(settings)
        self.snapshot.take()
        with app.app_context():
            self._files = {name: storage.read(name) for name in storage.names("")}
        self._client = app.test_client(use_cookies=False)

    def begin(self) -> None:
        """Put everything where it was."""
        self.snapshot.restore()
        for name, content in self._files.items():
            storage.write(name, content)
        wait_in_queue()

    def put_back(self, changed: set[str]) -> None:
        """Put back what a request changed."""
        if changed:
            self.snapshot.restore(changed)
            wait_in_queue()

    def send(self, step: Step, walker: Walker) -> TestResponse:
        """Send a request as somebody."""
        method, _, rule = step.route.partition(" ")
        sent: dict[str, Any] = {"query_string": step.query | query_of(step.route, self.world)}
        body, files = body_of(step.route, self.world, walker), files_of(step.route)
        if step.route in BY_TOKEN:
            bearer = f"Bearer {walker.person.refresh_token}"
            sent["headers"] = {} if walker.kind == "anonymous" else {"Authorization": bearer}
        elif rule.startswith("/api"):
            sent["headers"] = walker.bearer
            sent |= {"data": body | files} if files else ({"json": body} if body else {})
        else:
            sent["headers"] = {"Cookie": walker.cookie}
            if method == "POST":
                sent["data"] = body | files | {"csrf_token": walker.csrf}
        return self._client.open(step.path, method=method, buffered=True, **sent)


@pytest.fixture(scope="session")
def prepared(settings: Settings) -> Iterator[Walk]:
    """The world, once for each database."""
    with running_app(dataclasses.replace(settings, base_url=HOST)) as app:
        walk = Walk(app, settings)
        with closing(walk.snapshot):
            yield walk


@pytest.fixture
def walk(prepared: Walk) -> Walk:
    """The world as it was prepared."""
    prepared.begin()
    return prepared


# The routes


def _routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        plain = _ARGUMENT.sub(r"<\1>", rule.rule)
        methods = {"WEBSOCKET"} if rule.websocket else (rule.methods or set()) - {"HEAD", "OPTIONS"}
        yield from ((f"{method} {plain}", rule) for method in sorted(methods))


def _marked(app: Flask, rule: Rule) -> str:
    access = access_of(app.view_functions[rule.endpoint])
    return str(access or (PUBLIC if rule.endpoint in NOT_OURS else None))


def test_the_table_has_every_route_as_it_is_marked(app: Flask) -> None:
    assert {route: _marked(app, rule) for route, rule in _routes(app)} == ROUTES


def test_a_route_without_a_mark_keeps_the_program_from_starting(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(app: Flask) -> None:
        app.add_url_rule("/forgotten", "forgotten", lambda: "")

    monkeypatch.setattr("app.health.init_app", forgetful)
    with pytest.raises(UnmarkedRouteError, match=r"The route /forgotten \(forgotten\) does not"):
        create_app(settings)


def test_what_is_not_ours_is_there(app: Flask) -> None:
    demand_marks(app)
    assert set(app.view_functions) >= NOT_OURS


# The walk


def _ids(world: World, walker: Walker, access: str) -> dict[str, Mapping[str, object]]:
    """Return the ids to try, by what they are about."""
    own: dict[str, object] = {**world.own}
    if access == "administer":
        own |= {**world.instance, "job_id": JOB}
    elif access == "signed_in":
        own |= walker.things
    found: dict[str, Mapping[str, object]] = {"own": own, "missing": dict.fromkeys(own, MISSING)}
    return found if access in {"administer", PUBLIC} else found | {"foreign": world.foreign}


def _path(rule: str, ids: Mapping[str, object]) -> str:
    values = {"year": 2026, "month": 1, "deed": "sign-out", **ids}
    return _ARGUMENT.sub(lambda found: str(values[found[1]]), rule)


def _steps(route: str, world: World, walker: Walker) -> Iterator[Step]:
    """Yield the requests of a route: with ids in its path, or with the ledger in its query."""
    access, rule = ROUTES[route], route.partition(" ")[2]
    is_known = walker.kind not in {"anonymous", "disabled"}
    in_query = access in LEDGERS and "_id>" not in rule
    if in_query:
        yield Step(route, "plain", _path(rule, world.own), {})
    for about, ids in _ids(world, walker, access).items():
        if about == "own" or (is_known and (in_query or "_id>" in rule)):
            query = {"ledger_id": ids["ledger_id"]} if in_query else {}
            yield Step(route, about, _path(rule, ids), query)
    if is_known:
        for about, ids in _mixtures(rule, access, world):
            yield Step(route, about, _path(rule, ids), {})


def _mixtures(rule: str, access: str, world: World) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield ids of which each is there and the whole is not: what is in another ledger, or none."""
    for name in ("member_id", "invitation_id"):
        if f"<{name}>" not in rule:
            continue
        if access == "administer":
            yield "mixed", {**world.instance, name: world.own[name]}
            continue
        strange = {"foreign": world.foreign, "of the instance": world.instance, "none": {}}
        for ids in strange.values():
            yield "mixed", {**world.own, name: ids.get(name, MISSING)}
        yield "foreign", {**world.own, "ledger_id": world.foreign["ledger_id"]}


def _what(response: TestResponse, changed: set[str]) -> str:
    """Return the class of an answer; signing out and erasure end where one signs in, too."""
    status = response.status_code
    if status in {403, 404}:
        return "forbidden" if status == 403 else "missing"
    to_sign_in = 300 <= status < 400 and response.location.startswith("/sign-in")
    if status == 401 or (to_sign_in and not changed):
        return "refused"
    return "allowed" if status < 400 or status in {409, 412, 422} else str(status)


def _owed(step: Step, walker: Walker) -> str:
    return outcome(walker.kind, step.route, step.about)


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_gets_what_the_table_says(
    walk: Walk, kind: str, record_property: Callable[[str, object], None]
) -> None:
    walker = walk.world.walkers[kind]
    wrong: list[str] = []
    walked: Counter[str] = Counter()
    for route in ROUTES:
        denied: dict[str, set[tuple[int, str]]] = {}
        for step in _steps(route, walk.world, walker):
            response = walk.send(step, walker)
            changed = walk.snapshot.changed()
            wrong += [
                f"{route} {step.about}: {what}" for what in _faults(step, walker, response, changed)
            ]
            walk.put_back(changed)
            if response.status_code in {403, 404}:
                said = (response.status_code, _VARYING.sub("", response.text))
                # The page around it is the ledger's, where the ledger is one they see.
                denied.setdefault(f"{_owed(step, walker)} {step.about == 'mixed'}", set()).add(said)
            walked[step.about] += 1
        wrong += [
            f"{route}: {len(said)} ways to say no" for said in denied.values() if len(said) > 1
        ]
    record_property("walked", dict(walked))
    assert "\n".join(wrong) == ""
    assert walked["own"] == len(ROUTES)


def _faults(step: Step, walker: Walker, response: TestResponse, changed: set[str]) -> Iterator[str]:
    """Yield what is wrong with an answer, and with what the request did."""
    found, owed = _what(response, changed), _owed(step, walker)
    if found != owed and not (ROUTES[step.route] == PUBLIC and response.status_code < 400):
        yield f"{found}, not {owed}"
    if response.status_code == 401 and not _says_how(response):
        yield "does not say how to sign in"
    if response.status_code == 403 and f"Your role here is {walker.kind}" not in response.text:
        yield "does not say why"
    if response.headers["Cache-Control"] not in {"no-store", "private, no-cache"}:
        yield "may be kept where somebody else finds it, or longer than the role lasts"
    if changed and owed != "allowed":
        yield f"{owed}, and yet changed {sorted(changed)}"
    if _is_idle(step, walker.kind, response, changed):
        yield f"did nothing ({response.status_code})"


def _says_how(response: TestResponse) -> bool:
    """Whether a program learns from a refusal how to sign in."""
    how = response.headers.get("WWW-Authenticate")
    return (response.mimetype, how) == ("application/problem+json", "Bearer")


def _is_idle(step: Step, kind: str, response: TestResponse, changed: set[str]) -> bool:
    """Whether a request that has to change something changed nothing."""
    if step.route.startswith("GET ") or step.about != "own" or step.route in QUIET:
        return False
    return DOERS.get(ROUTES[step.route]) == kind and (not changed or response.status_code >= 400)


# What pages offer


@pytest.mark.parametrize("kind", ["viewer", "editor"])
def test_no_page_offers_what_the_role_forbids(walk: Walk, kind: str) -> None:
    """Every page that a member may load, whatever it is about."""
    denied = {"viewer": WRITING | {"manage"}, "editor": {"manage"}}[kind]
    walker = walk.world.walkers[kind]
    ledger_id = int(walk.world.own["ledger_id"])
    wrong: list[str] = []
    seen = 0
    for route in ROUTES:
        if not route.startswith("GET /") or route.startswith("GET /api"):
            continue
        step = next(one for one in _steps(route, walk.world, walker) if one.about == "own")
        response = walk.send(step, walker)
        if response.mimetype == "text/html" and response.status_code == 200:
            found = list(offers(walk.app, step.path, response.text, ledger_id))
            wrong += [f"{step.path}: {how} {to}" for how, to, access in found if access in denied]
            seen += len(found)
    assert "\n".join(wrong) == ""
    assert seen > 100
