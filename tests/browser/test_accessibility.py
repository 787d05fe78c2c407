"""Every main page against the rules of WCAG 2.2 A and AA that a machine can check.

One person, in one browser, sees each page twice: on a desk in the light, and on a small telephone
in the dark. axe-core comes with the front end's packages for development and is given to the
browser through its debugging protocol, so the pages' own policy stays as it is.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.people import Person
from tests.conftest import BROWSER_MILLISECONDS, ROOT
from tests.factories import people
from tests.factories.administrators import administrator
from tests.factories.callers import Api
from tests.factories.pictures import picture

pytestmark = pytest.mark.any_database

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = (
    {"width": 1280, "height": 800, "scheme": "light"},
    {"width": 360, "height": 740, "scheme": "dark"},
)
# What axe calls experimental and is part of WCAG all the same is turned on by name.
CHECK = """() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'],
  rules: { 'label-content-name-mismatch': { enabled: true } },
  resultTypes: ['violations'],
}).then(({ violations, passes }) => ({
  checked: passes.length,
  faults: violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)),
}))"""
GONE = ("/reset-password?token=gone", "/invitation?token=gone", "/nothing-here")
ANONYMOUS = ("/sign-in", "/register", "/forgot-password", *GONE[:2])
SIGNED_IN = """
    / /months/2026/9 /nothing-here
    /transactions /transactions/new /transactions/new?type=transfer /bulk-changes
    /transactions/{row} /transactions/{row}/edit
    /accounts /accounts/new /accounts/{account}?date=2026-09-30
    /accounts/{account}/reconcile?date=2026-09-30&balance=5
    /transfers /transfers/refused /transfers/with/{row}
    /rules /rules/new /rules/{rule}/edit /rules/apply?rule_id={rule}
    /categories /categories/suggestions /payees /tags
    /imports /imports/new /imports/{import}
    /ledgers /ledgers/{ledger}/members
    /settings/profile /settings/security /settings/security/passkeys
    /settings/security/one-time-password /settings/devices /settings/tokens
    /settings/privacy
    /admin /admin/users /admin/settings /admin/invitations /admin/health
"""

Ids = dict[str, int]


@pytest.fixture
def calm(browser: Browser, live_server: str) -> Iterator[Page]:
    """A browser that moves nothing: a colour that fades in is not measured on its way."""
    context = browser.new_context(base_url=live_server, reduced_motion="reduce")
    context.set_default_timeout(BROWSER_MILLISECONDS)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing(calm: Page, app: Flask) -> None:
    assert AXE.exists(), "axe-core is missing: run make assets"
    caller = administrator(Api(app, people.person(app)))
    found = {path: _faults(calm, path) for path in ANONYMOUS}
    _sign_in(calm, caller.person.email)
    ids = _furnish(caller)
    found |= {path: _faults(calm, path.format(**ids)) for path in SIGNED_IN.split()}
    found["menu"] = _faults_of_open(calm, ".person:visible")
    found["help"] = _faults_of_open(calm, "[data-dialog=keyboard-help]")
    assert {path: faults for path, faults in found.items() if faults} == {}


def _furnish(api: Api) -> Ids:
    """Give a person something of everything that the pages show; returns the ids of some."""
    account = api.person.account_id
    savings = int(api.add("/accounts", name="Savings", type="savings", opening_balance="50")["id"])
    api.add("/accounts", name="Travel", type="credit", currency="USD", group="Cards")
    food = api.starter("Groceries")
    named = {"payee": "Market", "tags": ["food"], "category_id": food}
    row = api.spend("12.40", date="2026-09-03", account_id=account, **named)
    for side, place in (("expense", account), ("income", savings)):
        for _ in range(2):
            api.add("/transactions", type=side, amount="9", date="2026-09-02", account_id=place)
    api.attach(int(row["id"]), picture("PNG", (8, 8)))
    rule: dict[str, Any] = {
        "name": "Market",
        "conditions": [{"field": "text", "operator": "contains", "value": "market"}],
        "actions": [{"action": "add_tag", "value": "weekly"}],
    }
    ledger = api.person.ledger_id
    api.add(f"/ledgers/{ledger}/members", name="Ada")
    api.add("/user/tokens", name="Script", scopes=["read"])
    statement = "date,description,amount,currency,category,account\n2026-01-02,Bread,-3,EUR,,\nx\n"
    upload = api.upload(statement, account_id=account).get_json()
    return {
        "account": account,
        "row": int(row["id"]),
        "rule": int(api.add("/rules", rule)["id"]),
        "import": int(upload["id"]),
        "ledger": ledger,
    }


def _sign_in(page: Page, email: str) -> None:
    person = Person(page)
    person.email = email
    page.goto("/sign-in")
    person.sign_in()
    page.wait_for_url("**/")


def _faults(page: Page, path: str) -> list[str]:
    """Open a page and return what axe finds on it in either look."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok or path in GONE, f"{path}: {answer.status}"
    assert page.url.endswith(path), page.url
    return _check(page, *LOOKS)


def _faults_of_open(page: Page, opener: str) -> list[str]:
    """Return what axe finds where something is open, by what opens it in each look."""
    found: list[str] = []
    for look in LOOKS:
        page.goto("/")
        _look(page, look)
        page.locator(opener).first.evaluate("element => element.click()")
        found += _check(page, look)
    return found


def _check(page: Page, *looks: dict[str, Any]) -> list[str]:
    page.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
    found: list[str] = []
    for look in looks:
        _look(page, look)
        result: dict[str, Any] = page.evaluate(CHECK)
        assert result["checked"] > 5, result
        found += [f"{look['scheme']}: {fault}" for fault in result["faults"]]
    return found


def _look(page: Page, look: dict[str, Any]) -> None:
    page.set_viewport_size({"width": look["width"], "height": look["height"]})
    page.emulate_media(color_scheme=look["scheme"])
