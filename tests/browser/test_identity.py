"""Who somebody is, as they live it: mails with links, passwords, addresses."""

import pytest

from config import Settings
from tests.browser.mailbox import mail_to
from tests.browser.people import PASSWORD, Person
from tests.factories.mails import link_in

pytestmark = pytest.mark.any_database

NEW = "another staple horse battery"
CONTRAST = """() => {
  const light = (colour) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d')  // turns any notation into RGB
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
  }
  const hint = document.getElementById('strength')
  const on = getComputedStyle(hint.closest('.card')).backgroundColor
  const pair = [light(getComputedStyle(hint).color), light(on)]
  return Math.max(...pair) / Math.min(...pair)
}"""


@pytest.mark.usefixtures("worker")
def test_register_and_prove_the_address(person: Person, settings: Settings) -> None:
    page = person.page
    person.register()
    person.sees(f"Is {person.email} your address?")
    page.get_by_role("button", name="Send the link again").click()
    person.sees("The link is on its way")
    page.goto(link_in(mail_to(settings, person.email, "Is this your address?")))
    page.get_by_role("button", name="This is my address").click()
    person.sees("Thank you: this address is proved to be yours.")
    assert not page.get_by_role("button", name="Send the link again").is_visible()


def test_a_new_password_is_judged_while_it_is_typed(person: Person) -> None:
    page = person.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.goto("/register")
    page.get_by_label("E-mail").fill("lovelace@example.com")
    page.get_by_label("Password").press_sequentially("iloveyou")
    person.sees("Far too easy to guess: it will be refused.")
    page.get_by_label("Password").fill("lovelace")
    person.sees("Far too easy to guess: it will be refused.")
    page.get_by_label("Password").fill(NEW)
    person.sees("Very strong.")
    page.get_by_label("Password").fill("short")
    person.sees("3 more characters are needed.")
    assert not any("iloveyou" in request or "staple" in request for request in sent)


def test_in_the_dark_a_weak_password_is_called_so_in_a_colour_that_reads(phone: Person) -> None:
    page = phone.page
    page.goto("/register")
    page.get_by_label("Password").press_sequentially("iloveyou")
    phone.sees("Far too easy to guess: it will be refused.")
    assert page.evaluate(CONTRAST) >= 4.5  # WCAG 2.2, 1.4.3
    page.get_by_label("Password").fill("short")
    phone.sees("3 more characters are needed.")
    assert "is-weak" not in str(page.locator("#strength").get_attribute("class"))


@pytest.mark.usefixtures("worker")
def test_a_forgotten_password(person: Person, settings: Settings) -> None:
    page = person.page
    person.register()
    _prove(person, settings)
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    person.sees("a link is on its way there")
    page.goto(link_in(mail_to(settings, person.email, "Set a new password")))
    page.get_by_label("New password").fill("password")
    page.get_by_role("button", name="Set the password").click()
    person.sees("Take a longer one")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Set the password").click()
    person.sees("Your password is set.")
    person.sign_in()
    person.sees("do not belong together")
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    mail_to(settings, person.email, "Your password was changed")


@pytest.mark.usefixtures("worker")
def test_changing_the_address(person: Person, settings: Settings) -> None:
    page = person.page
    person.register()
    _prove(person, settings)
    old, new = person.email, f"new-{person.email}"
    page.goto("/settings/security")
    page.get_by_role("link", name="Change the address").click()
    page.get_by_label("New e-mail").fill(new)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Send the link").click()
    person.sees(f"{new} waits for you")
    page.goto(link_in(mail_to(settings, new, "Is this your new address?")))
    page.get_by_role("button", name="Use this address").click()
    person.sees("Your new address counts from now on.")
    mail_to(settings, old, "Your address was changed")
    page.context.clear_cookies()
    page.goto("/sign-in")
    person.email = new
    person.sign_in()
    page.wait_for_url("**/")


def _prove(person: Person, settings: Settings) -> None:
    person.page.goto(link_in(mail_to(settings, person.email, "Is this your address?")))
    person.page.get_by_role("button", name="This is my address").click()
    person.sees("Thank you")


@pytest.mark.usefixtures("worker")
def test_without_scripts_the_way_back_works_too(
    without_scripts: Person, settings: Settings
) -> None:
    page = without_scripts.page
    without_scripts.register()
    _prove(without_scripts, settings)
    page.goto("/settings/security/password")
    page.get_by_label("Your password now").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change it").click()
    without_scripts.sees("Your password is changed.")
