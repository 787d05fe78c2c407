"""Receipts: added, fetched, deleted; bounded, guarded, and gone with what they belong to."""

import dataclasses
import datetime as dt
import io
import threading
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.controllers import receipt_work
from app.core import clock, storage
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.receipts import Receipt
from app.services import purging, receipts
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.pdfs import pdf
from tests.factories.people import PASSWORD
from tests.factories.pictures import picture
from tests.factories.sharing import share

MISSING = 10**9


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the files of one test, with room for 100 kB a file and 250 kB a ledger."""
    place = storage.Place(f"file://{tmp_path}/files", 100_000, 250_000)
    monkeypatch.setattr(storage, "_places", [place])
    return tmp_path / "files"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _send(api: Api, row_id: int, content: bytes, name: str = "r.png", **said: str) -> TestResponse:
    return api.send_file(f"/transactions/{row_id}/receipts", content, name, said or None)


def _age(app: Flask, days: int) -> None:
    """Let the receipts of deleted rows wait for so long already."""
    with app.app_context(), unit_of_work():
        ago = clock.now() - dt.timedelta(days=days)
        waiting = update(Receipt).where(Receipt.orphaned_at.is_not(None))
        session.execute(waiting.values(orphaned_at=ago))


def _clear_up(app: Flask) -> None:
    with app.app_context():
        receipt_work.clear_up()


def test_an_image_is_added_told_fetched_and_deleted(app: Flask, api: Api, folder: Path) -> None:
    row = api.spend("5")["id"]
    sent = _send(api, row, picture("PNG", (600, 300)), "Käse.png")
    receipt = expect(201, sent)
    assert urlsplit(sent.headers["Location"]).path == f"/api/receipts/{receipt['id']}"
    assert (receipt["filename"], receipt["content_type"]) == ("Käse.png", "image/png")
    assert (receipt["width"], receipt["height"], receipt["has_thumbnail"]) == (600, 300, True)
    assert api.read(f"/transactions/{row}/receipts")["items"] == [receipt]
    assert api.read(f"/receipts/{receipt['id']}") == receipt
    file = api.get(f"/receipts/{receipt['id']}/file")
    assert (file.status_code, file.mimetype, len(file.data)) == (200, "image/png", receipt["size"])
    said = file.headers["Content-Disposition"]
    assert said == "inline; filename=\"K_se.png\"; filename*=UTF-8''K%C3%A4se.png"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "private, no-cache"
    tag = {"If-None-Match": file.headers["ETag"]}
    assert api.get(f"/receipts/{receipt['id']}/file", headers=tag).status_code == 304
    assert api.get(f"/receipts/{receipt['id']}/thumbnail").mimetype == "image/webp"
    assert len(_files(folder)) == 2
    assert not any("Käse" in path.name for path in _files(folder))
    kinds = [
        line["kind"] for line in api.read(f"/ledgers/{api.person.ledger_id}/activity")["items"]
    ]
    assert kinds[0] == "receipt.added"
    assert api.delete(f"/receipts/{receipt['id']}").status_code == 204
    assert _files(folder) == []
    for path in ("", "/file", "/thumbnail"):
        problem(404, api.get(f"/receipts/{receipt['id']}{path}"))


def test_a_pdf_is_saved_not_shown_and_drawn_by_a_worker(api: Api, work: Work) -> None:
    row = api.spend("5")["id"]
    receipt = api.attach(row, pdf(2), "invoice.pdf")
    path = f"/receipts/{receipt['id']}"
    problem(404, api.get(f"{path}/thumbnail"))
    work()
    assert api.read(path) == receipt | {"has_thumbnail": True}
    assert api.get(f"{path}/thumbnail").data[:4] == b"RIFF"
    file = api.get(f"{path}/file")
    assert (file.data, file.mimetype) == (pdf(2), "application/pdf")
    assert file.headers["Content-Disposition"].startswith("attachment;")


def test_a_pdf_whose_job_got_lost_is_drawn_all_the_same(app: Flask, api: Api, work: Work) -> None:
    from app.core import queue

    receipt = api.attach(api.spend("5")["id"], pdf())
    queue.connection().flushdb()
    with app.app_context():
        assert receipt_work.resume_undrawn() == 1
    work()
    assert api.read(f"/receipts/{receipt['id']}")["has_thumbnail"]
    with app.app_context():
        assert receipt_work.resume_undrawn() == 0


def test_what_is_no_receipt_leaves_nothing(api: Api, folder: Path) -> None:
    row = api.spend("5")["id"]
    refused(_send(api, row, b"<!doctype html><script>", "photo.jpg"), "file")
    refused(_send(api, row, b"x", file="text"), "file")
    refused(_send(api, row, b"", "empty.pdf"), "file")
    refused(api.post(f"/transactions/{row}/receipts"), "file")
    too_large = problem(413, _send(api, row, b"%PDF-" + bytes(100_001)))
    assert (too_large["code"], set(too_large["errors"])) == ("too_large", {"file"})
    assert api.read(f"/transactions/{row}/receipts") == {"items": []}
    assert _files(folder) == []


def test_sent_twice_under_one_key_it_is_added_once(api: Api, folder: Path) -> None:
    row = api.spend("5")["id"]
    path, key = f"/transactions/{row}/receipts", {"Idempotency-Key": "one"}
    first, again = (api.send_file(path, picture("PNG"), "r.png", key) for _ in range(2))
    assert expect(201, first) == expect(201, again)
    assert len(_files(folder)) == 2


def test_nobody_waits_while_a_file_is_stored(
    api: Api, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = api.spend("5")["id"]
    write, told = storage.write, []

    def slow(name: str, content: bytes) -> None:
        write(name, content)
        told.append(Api(api.app, api.person).spend("1")["id"])  # another request, meanwhile

    monkeypatch.setattr(storage, "write", slow)
    path = f"/transactions/{row}/receipts"
    answer = api.send_file(path, picture("PNG"), "r.png", {"Idempotency-Key": "one"})
    assert (answer.status_code, len(told)) == (201, 2)


def test_an_answer_is_not_given_again_to_who_was_sent_away(caller: Caller, folder: Path) -> None:
    shared = share(caller)
    row = shared.owner.add(f"/transactions?ledger_id={shared.id}", type="expense", amount="5")["id"]
    path, key = f"/transactions/{row}/receipts", {"Idempotency-Key": "one"}
    copy = f"/transactions/{row}/duplicate"

    def send() -> list[int]:
        again = shared.editor.send_file(path, picture("PNG"), "r.png", key)
        return [
            again.status_code,
            shared.editor.post(copy, headers={"Idempotency-Key": "two"}).status_code,
        ]

    assert (send(), send()) == ([201, 201], [201, 201])
    member = f"{shared.members}/{shared.member(shared.editor)}"
    expect(200, shared.owner.patch(member, {"role": "viewer"}))
    assert send() == [403, 403]
    assert shared.owner.delete(member).status_code == 204
    assert send() == [404, 404]
    assert len(_files(folder)) == 2


def test_the_room_of_a_ledger_holds_for_two_at_once(api: Api, folder: Path) -> None:
    first, second = (api.spend("5")["id"] for _ in range(2))
    content = pdf() + bytes(90_000)
    api.attach(first, content)
    gate = threading.Barrier(2)
    answers: list[TestResponse] = []

    def send() -> None:
        caller = Api(api.app, api.person)
        gate.wait(10)
        answers.append(_send(caller, second, content))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(one.status_code for one in answers) == [201, 422]
    refused(_send(api, first, content), "file")
    assert len(_files(folder)) == 2


def test_roles_and_strangers(caller: Caller, folder: Path) -> None:
    shared = share(caller)
    here = f"/transactions?ledger_id={shared.id}"
    row = shared.owner.add(here, type="expense", amount="5")["id"]
    receipt = shared.editor.attach(row, picture("PNG"))
    path, listed = f"/receipts/{receipt['id']}", f"/transactions/{row}/receipts"
    for tail in ("", "/file", "/thumbnail"):
        assert shared.viewer.get(path + tail).status_code == 200
        for missing in (f"{path}{tail}", f"/receipts/{MISSING}{tail}"):
            problem(404, shared.stranger.get(missing))
    problem(403, shared.viewer.delete(path))
    problem(403, _send(shared.viewer, row, picture("PNG")))
    problem(404, shared.stranger.delete(path))
    problem(404, shared.stranger.get(listed))
    problem(404, _send(shared.stranger, row, picture("PNG")))
    problem(404, _send(shared.owner, MISSING, picture("PNG")))
    assert shared.viewer.read(listed)["items"] == [receipt]
    assert len(_files(folder)) == 2


def test_a_deleted_row_brings_its_receipts_back_for_30_days(
    app: Flask, api: Api, folder: Path
) -> None:
    row = api.spend("5")["id"]
    receipt = api.attach(row, picture("PNG"))
    api.delete(f"/transactions/{row}")
    problem(404, api.get(f"/receipts/{receipt['id']}/file"))
    _age(app, 29)
    _clear_up(app)
    deleted = api.read(f"/transactions/{row}/history")["items"][0]["id"]
    back = {"activity_id": deleted, "state": "before"}
    expect(200, api.post(f"/transactions/{row}/restore", back))
    assert api.read(f"/transactions/{row}/receipts")["items"] == [receipt]
    assert api.get(f"/receipts/{receipt['id']}/file").status_code == 200
    _age(app, 31)  # none waits any more
    _clear_up(app)
    assert len(_files(folder)) == 2
    api.delete(f"/transactions/{row}")
    _age(app, 31)
    _clear_up(app)
    assert _files(folder) == []


def test_files_without_a_row_are_swept_after_a_day_and_no_others(
    app: Flask, api: Api, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = api.attach(api.spend("5")["id"], picture("PNG"))
    kept = _files(folder)
    lost = kept[0].with_name(f"{clock.now():%Y%m%d%H%M%S}-{'0' * 32}.png")
    foreign = folder / "another" / "1" / lost.name
    foreign.parent.mkdir(parents=True)
    for path in (lost, lost.with_name(f"{lost.name}.thumbnail.webp"), foreign):
        path.write_bytes(b"lost")
    _clear_up(app)
    assert lost.exists()
    now = clock.now() + dt.timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    _clear_up(app)
    assert _files(folder) == sorted([*kept, foreign])
    monkeypatch.undo()
    assert receipt


def test_a_storage_that_is_away_is_503_and_loses_nothing(
    app: Flask, api: Api, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = api.spend("5")["id"]
    receipt = api.attach(row, picture("PNG"))
    path = f"/receipts/{receipt['id']}"
    present = storage.place()
    away = dataclasses.replace(present, url="s3://files", endpoint="http://127.0.0.1:1")
    monkeypatch.setattr(storage, "_places", [away])
    for response in (_send(api, row, picture("PNG")), api.get(f"{path}/file")):
        problem(503, response)
        assert response.headers["Retry-After"]
    assert api.read(path) == receipt
    assert api.delete(path).status_code == 204  # its file is swept later
    monkeypatch.setattr(storage, "_places", [present])
    assert len(_files(folder)) == 2
    later = clock.now() + dt.timedelta(days=2)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        _clear_up(app)
    assert _files(folder) == []


def test_purging_a_ledger_and_erasing_its_owner_reach_the_files(
    app: Flask, api: Api, other: Api, work: Work, folder: Path
) -> None:
    place = f"?ledger_id={api.add('/ledgers', name='Flat')['id']}"
    gone = api.add(f"/transactions{place}", type="expense", amount="5")
    kept = api.spend("5")["id"]
    for row in (gone["id"], kept):
        api.attach(row, picture("PNG"))
    theirs = other.attach(other.spend("5")["id"], picture("PNG"))
    assert len(_files(folder)) == 6
    with app.app_context():
        purging.purge(int(place.partition("=")[2]))
    assert len(_files(folder)) == 4
    assert api.delete("/user", body={"password": PASSWORD}).status_code in {202, 204}
    work()
    assert len(_files(folder)) == 2
    assert other.get(f"/receipts/{theirs['id']}/file").status_code == 200


def test_the_zip_of_ones_data_has_the_files(api: Api, work: Work) -> None:
    receipt = api.attach(api.spend("5")["id"], pdf(), "../invoice.pdf")
    expect(202, api.post("/user/export"))
    work()
    answer = api.get("/user/export", query_string={"download": "true"})
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    [name] = [one for one in archive.namelist() if "/receipts/" in one]
    assert name.endswith(f"/receipts/{receipt['id']}-invoice.pdf")
    assert archive.read(name) == pdf()


def test_a_transaction_has_so_many_at_most(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "MOST", 1)
    row = api.spend("5")["id"]
    said: Body = api.attach(row, picture("PNG"))
    assert said["transaction_id"] == row
    refused(_send(api, row, picture("PNG")), "file")
