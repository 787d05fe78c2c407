"""A person at a browser."""

import re
from itertools import count
from pathlib import Path

from playwright.sync_api import Page, expect

PASSWORD = "correct horse battery staple"
_numbers = count(1)


class Person:
    """Does what a person does, by the words on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.email = f"person{next(_numbers)}@example.com"

    def register(self, address: str = "/register") -> None:
        """Register in the browser, such as by an invitation's address; ends on the month."""
        self.page.goto(address)
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("Your currency").select_option("EUR")
        self.page.get_by_role("button", name="Register").click()
        self.page.wait_for_url("**/")

    def sign_in(self) -> None:
        """Sign in on the page for it."""
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def upload(self, path: Path, account: str | None = None) -> None:
        """Upload a statement, of the account named so; ends on its import."""
        self.page.goto("/imports/new")
        self.page.locator("input[type=file]").set_input_files(path)
        if account:
            self.page.get_by_label("Account").select_option(label=account)
        self.page.get_by_role("button", name="Upload").click()
        self.page.wait_for_url(re.compile(r"/imports/\d+"))

    def sees(self, words: str) -> None:
        """Wait until the words stand on the page for everybody to see."""
        expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible()

    def fits(self) -> None:
        """Check that nothing has to be scrolled sideways."""
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(over) <= 0
