"""A person's data: as a zip, and gone."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from app import smtp
from app.controllers import data_export_work, erasure_work
from app.core import clock
from app.core.uow import unit_of_work
from app.models.activities import Activity
from app.models.base import Base
from app.models.data_exports import DataExport, DataExportPart
from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.transactions import Transaction
from app.models.users import User
from app.services import data_exports, verification
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.people import PASSWORD
from tests.factories.sharing import accept

Db = scoped_session[Session]


def _made(api: Api, work: Work) -> zipfile.ZipFile:
    """Ask for a zip, wait for it, and open it."""
    expect(202, api.post("/user/export"))
    work()
    answer = api.get("/user/export")
    assert answer.status_code == 200, answer.text[:500]
    assert answer.mimetype == "application/zip"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    return zipfile.ZipFile(io.BytesIO(answer.data))


def _read(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def _folder(archive: zipfile.ZipFile, ledger_id: int) -> str:
    manifest = _read(archive, "manifest.json")
    return next(str(one["folder"]) for one in manifest["ledgers"] if one["id"] == ledger_id)


def _share(owner: Api, person: Api, role: str) -> None:
    """Let somebody into a personal ledger."""
    accept(person, owner.add(f"/ledgers/{owner.person.ledger_id}/invitations", role=role))


def test_the_zip_has_everything_about_a_person(api: Api, work: Work) -> None:
    category = api.category("Groceries")
    api.spend("12.34", description="Bread, “good”", category_id=category)
    api.earn("1000.00", description="=Salary")
    archive = _made(api, work)
    assert archive.testzip() is None
    assert _read(archive, "manifest.json")["schema_version"] == 2
    assert _read(archive, "person.json")["profile"]["email"] == api.person.email
    folder = _folder(archive, api.person.ledger_id)
    rows = _read(archive, f"{folder}/transactions.json")
    assert {(row["amount"], row["description"]) for row in rows} == {
        ("12.34", "Bread, “good”"), ("1000.00", "=Salary"),
    }  # fmt: skip
    lines = list(csv.DictReader(io.StringIO(archive.read(f"{folder}/transactions.csv").decode())))
    assert {line["amount"] for line in lines} == {"-12.34", "1000.00"}
    assert len(_read(archive, f"{folder}/accounts.json")) == 1
    assert "Groceries" in {one["name"] for one in _read(archive, f"{folder}/categories.json")}


def test_an_uploaded_statement_comes_along(api: Api, work: Work) -> None:
    statement = "date,description,amount\n2026-01-02,Rent,-500.00\n"
    api.upload(statement, name="../../mé.csv")
    archive = _made(api, work)
    kept = [name for name in archive.namelist() if "/statements/" in name]
    assert len(kept) == 1
    assert ".." not in kept[0]
    assert archive.read(kept[0]).decode() == statement


def test_no_secret_comes_along(api: Api, work: Work) -> None:
    token = api.add("/user/tokens", name="Script", scopes=["read"])["token"]
    archive = _made(api, work)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Script" in everything
    for secret in (token.encode(), b"token_hash", b"password_hash", b"argon2"):
        assert secret not in everything


def test_who_did_not_ask_has_none(api: Api, other: Api, work: Work) -> None:
    _made(api, work)
    problem(404, other.get("/user/export"))


def test_what_is_being_made_says_how_far_it_is(api: Api) -> None:
    first = expect(202, api.post("/user/export"))
    assert (first["status"], first["progress"]) == ("queued", 0.0)
    again = api.post("/user/export")
    assert expect(202, again)["created_at"] == first["created_at"]
    waiting = api.get("/user/export")
    assert expect(202, waiting)["status"] == "queued"
    assert waiting.headers["Retry-After"] == "2"


def test_a_day_later_it_is_gone(app: Flask, api: Api, work: Work, db_session: Db) -> None:
    _made(api, work)
    with unit_of_work():
        db_session.execute(update(DataExport).values(expires_at=clock.now()))
    problem(404, api.get("/user/export"))
    data_export_work.remove_expired()
    assert db_session.scalar(select(func.count()).select_from(DataExportPart)) == 0


def test_a_job_that_was_killed_is_taken_up(api: Api, work: Work, db_session: Db) -> None:
    api.spend("1.00")
    expect(202, api.post("/user/export"))
    export_id = db_session.execute(select(DataExport.id)).scalar_one()
    with unit_of_work():  # the first job: it takes the export, stores a piece, and dies
        export = data_exports.claim(export_id)
        assert export is not None
        dead = export.attempts
        data_exports.add_part(export, 0, b"half", 1)
    work()
    answer = api.get("/user/export")
    assert answer.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    with unit_of_work():  # the first one comes back
        assert not data_exports.still_mine(export, dead)


def test_a_job_that_always_dies_says_so(api: Api, db_session: Db) -> None:
    expect(202, api.post("/user/export"))
    export_id = db_session.execute(select(DataExport.id)).scalar_one()
    for _ in range(6):
        with unit_of_work():
            data_exports.claim(export_id)
    answer = expect(202, api.get("/user/export"))
    assert answer["status"] == "failed"
    assert "once more" in answer["reason"]


def test_a_viewer_takes_what_they_may_read(app: Flask, api: Api, other: Api, work: Work) -> None:
    api.spend("5.00", description="Shared lunch")
    _share(api, other, "viewer")
    archive = _made(other, work)
    folder = _folder(archive, api.person.ledger_id)
    assert _read(archive, f"{folder}/transactions.json")[0]["description"] == "Shared lunch"


def test_erasure_asks_for_the_password(api: Api) -> None:
    refused(api.delete("/user", body={"password": "not mine"}), "password")
    assert api.get("/user/profile").status_code == 200


def test_who_is_erased_is_out_at_once(api: Api) -> None:
    script = Api(api.app, api.person)
    script.token = api.add("/user/tokens", name="Script", scopes=["read"])["token"]
    assert script.get("/ledgers").status_code == 200
    assert api.delete("/user", body={"password": PASSWORD}).status_code == 202
    problem(401, api.get("/user/profile"))
    problem(401, script.get("/ledgers"))
    login = {"email": api.person.email, "password": PASSWORD}
    problem(401, api.post("/auth/login", login))


def test_nothing_that_is_only_theirs_is_left(
    app: Flask, api: Api, caller: Caller, work: Work, db_session: Db
) -> None:
    caller()  # somebody else stays, so the instance is not empty
    api.spend("12.34")
    api.upload("date,description,amount\n2026-01-02,x,1\n")
    api.add("/user/tokens", name="Script", scopes=["read"])
    expect(202, api.post("/user/export"))
    work()
    assert api.delete("/user", body={"password": PASSWORD}).status_code == 202
    work()
    assert _traces(db_session, api.person.id) == []
    assert db_session.get(Ledger, api.person.ledger_id) is None
    assert db_session.scalar(select(func.count()).select_from(DataExportPart)) == 0
    log = db_session.scalars(select(Activity).where(Activity.kind == "user.erased")).one()
    assert (log.actor_id, log.user_id, log.address, log.details) == (None, None, "", {})


def _traces(db_session: Db, user_id: int) -> list[str]:
    """Return every column of every table that still refers to a person."""
    return [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column is User.__table__.c.id
        and db_session.scalar(select(func.count()).where(column == user_id))
    ]


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_a_shared_ledger_stays_with_the_others(
    app: Flask, api: Api, other: Api, work: Work, db_session: Db, role: str
) -> None:
    """The only owner goes: the member of the highest role owns it from now on."""
    row = api.spend("7.00", description="Stays")
    _share(api, other, role)
    assert api.delete("/user", body={"password": PASSWORD}).status_code == 202
    work()
    ledger = db_session.get_one(Ledger, api.person.ledger_id)
    assert (ledger.kind, ledger.personal_user_id) == ("shared", None)
    members = db_session.scalars(select(Member).where(Member.ledger_id == ledger.id)).all()
    assert [(one.user_id, one.role) for one in members] == [(other.person.id, "owner")]
    kept = other.read(f"/transactions/{row['id']}")
    assert kept["description"] == "Stays"
    stored = db_session.get_one(Transaction, row["id"])
    assert (stored.created_by_id, stored.updated_by_id) == (None, None)
    assert verification.find_differences() == []


def test_an_erasure_that_was_killed_goes_on(
    app: Flask, api: Api, caller: Caller, db_session: Db
) -> None:
    caller()
    api.spend("1.00")
    assert api.delete("/user", body={"password": PASSWORD}).status_code == 202

    class Killed(BaseException):
        """The process ends here."""

    def die(_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        erasure_work.erase(api.person.id, forget_mails=die)
    assert erasure_work.resume() == 1
    erasure_work.erase(api.person.id, forget_mails=smtp.forget)
    assert erasure_work.resume() == 0
    assert _traces(db_session, api.person.id) == []


def test_mails_that_became_files_go_too(app: Flask, api: Api, caller: Caller, work: Work) -> None:
    caller()
    api.post("/auth/verify-email/resend")
    work()
    folder = app.extensions["settings"].data_dir / "mail"
    mine = [file for file in folder.glob("*.eml") if api.person.email in file.read_text()]
    assert mine
    assert api.delete("/user", body={"password": PASSWORD}).status_code == 202
    work()
    assert not any(file.exists() for file in mine)


def test_the_only_administrator_stays_while_there_are_others(
    app: Flask, api: Api, caller: Caller, db_session: Db
) -> None:
    caller()
    with unit_of_work():
        db_session.execute(update(User).where(User.id == api.person.id).values(role="admin"))
    body = problem(409, api.delete("/user", body={"password": PASSWORD}))
    assert "administrator" in body["detail"]
    assert api.get("/user/profile").status_code == 200
