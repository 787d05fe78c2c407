"""What the journeys share: a person at a browser, and the files they have at hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.people import Person
from tests.conftest import BROWSER_MILLISECONDS

expect.set_options(timeout=BROWSER_MILLISECONDS)


REMARKS = (
    "Failed to load resource",  # each answer of 4xx; those belong to the journeys
    "Autofocus processing was blocked",  # a list of faults has the focus, not the closed dialog
    "Clear-Site-Data header",  # what signing out cleared
)
"""How the browser begins to tell of what is no fault."""


@pytest.fixture
def person(page: Page) -> Iterator[Person]:
    """Somebody at a desk; whatever the browser's console complains of fails the test."""
    yield from _watched(page)


@pytest.fixture
def phone(browser: Browser, live_server: str) -> Iterator[Person]:
    """Somebody with a small telephone, in the dark."""
    context = browser.new_context(
        base_url=live_server,
        viewport={"width": 360, "height": 740},
        has_touch=True,
        color_scheme="dark",
    )
    yield from visiting(context)


@pytest.fixture
def without_scripts(browser: Browser, live_server: str) -> Iterator[Person]:
    """Somebody whose browser runs no JavaScript."""
    yield from visiting(browser.new_context(base_url=live_server, java_script_enabled=False))


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    """A statement in the layout of N26: three months, 1,250.00 in and 61.40 out in each."""
    header = (
        '"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference",'
        '"Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"'
    )
    rows = [
        f'2026-0{month}-{day},2026-0{month}-{day},"{name}",,Presentment,,"Main",{sum_},{sum_},EUR,1'
        for month in (7, 8, 9)
        for day, name, sum_ in (
            ("03", "Bäckerei Özdemir", "-3.40"),
            ("03", "Bäckerei Özdemir", "-3.40"),
            ("17", "Café <b>Zoë</b>", "-54.60"),
            ("28", "Gehalt & Söhne", "1250.00"),
        )
    ]
    path = tmp_path / "n26.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def own_statement(tmp_path: Path) -> Path:
    """A file as Outlay exports it, with three categories that everybody starts with."""
    rows = (
        "date,description,amount,currency,category,account",
        "2026-09-01,Landlord,-980.00,EUR,Home / Rent,Main account",
        "2026-09-02,Market,-45.10,EUR,Food / Groceries,Main account",
        "2026-09-03,Cinema,-12.00,EUR,Leisure / Going out,Main account",
    )
    path = tmp_path / "outlay.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def unknown_statement(tmp_path: Path) -> Path:
    """A statement of a bank nobody knows, whose days could be months."""
    rows = ["When;What;Much", "03/04/2026;Bakery;-2,50", "05/06/2026;Wages;+900,00"]
    path = tmp_path / "unknown.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def visiting(context: BrowserContext) -> Iterator[Person]:
    """Somebody in a browser of their own, which ends with them."""
    context.set_default_timeout(BROWSER_MILLISECONDS)
    yield from _watched(context.new_page())
    context.close()


def _watched(page: Page) -> Iterator[Person]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Person(page)
    assert [text for text in complaints if not text.startswith(REMARKS)] == []
