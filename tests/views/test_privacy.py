"""The page where people take their data along, or leave for good."""

from tests.factories.fixtures import Work
from tests.views.conftest import Visit
from tests.views.visitors import PASSWORD, Visitor, error_of, words


def test_the_page_offers_the_zip_and_the_way_out(sam: Visitor) -> None:
    page = words(sam.get("/settings/privacy"))
    assert "Make the zip" in page
    assert "Erase my account" in page


def test_the_zip_is_made_and_fetched(sam: Visitor, work: Work) -> None:
    assert sam.post("/settings/privacy/export").status_code == 303
    waiting = sam.get("/settings/privacy", **{"HX-Request": "true"})
    assert "Waiting for its turn" in words(waiting)
    assert "hx-get" in waiting.text
    work()
    ready = sam.get("/settings/privacy")
    assert "Your zip is ready" in words(ready)
    assert "hx-trigger" not in ready.text.partition('id="data-export"')[2].partition("</div>")[0]
    fetched = sam.get("/settings/privacy/export.zip")
    assert fetched.status_code == 200
    assert fetched.data.startswith(b"PK")
    assert "no-store" in fetched.headers["Cache-Control"]


def test_there_is_nothing_to_fetch_before(sam: Visitor, mia: Visitor, work: Work) -> None:
    mia.post("/settings/privacy/export")
    work()
    assert sam.get("/settings/privacy/export.zip").status_code == 404


def test_erasing_says_what_goes_and_asks_for_the_password(sam: Visitor) -> None:
    page = sam.get("/settings/privacy/erase")
    assert "Personal will be gone" in words(page)
    refused = sam.post("/settings/privacy/erase", {"password": "wrong wrong"})
    assert refused.status_code == 422
    assert error_of(refused, "password") == "This is not your password."
    assert sam.get("/settings/privacy").status_code == 200


def test_who_was_erased_is_shown_out(visit: Visit, work: Work) -> None:
    visit()  # the first person administers the instance
    leaving = visit("en-US")
    answer = leaving.post("/settings/privacy/erase", {"password": PASSWORD})
    assert answer.status_code == 303
    assert "Your account is gone" in words(leaving.get("/sign-in"))
    assert leaving.get("/settings/privacy").status_code == 303
    work()
    assert "do not belong together" in words(leaving.sign_in())
