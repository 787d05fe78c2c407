"""A small world to walk through: a shared ledger, its people, and others who are not in it.

Everybody has one of everything that can be theirs, so that a request for a thing of one's own
finds it.
"""

import datetime as dt
import os
import re
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select, update

from app.controllers import import_work, registrations
from app.core import clock, queue, signing
from app.core.uow import unit_of_work
from app.models.activities import Activity
from app.models.api_tokens import ApiToken
from app.models.base import session
from app.models.data_exports import DataExport, DataExportPart
from app.models.identities import Identity
from app.models.invitations import Invitation
from app.models.mails import Mail
from app.models.members import Member
from app.models.pictures import Picture
from app.models.saved_filters import SavedFilter
from app.models.second_factors import Passkey
from app.models.users import Circumstances, User
from app.services import invitations, links, members, sign_ins
from tests.factories.callers import Api, expect
from tests.factories.people import Person, person
from tests.factories.pictures import picture

JOB = "walked-over"
MISSING = 10**9
STATEMENT = "date,description,amount,currency,category,account\n2026-01-02,Bread,-3.50,EUR,,\nx\n"

RULE = {
    "name": "Bread",
    "conditions": [{"field": "amount", "operator": "at_least", "value": "0"}],
    "actions": [{"action": "add_tag", "value": "bread"}],
}

_CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')

Ids = dict[str, int]


@dataclass(frozen=True, slots=True)
class Walker:
    """One of the kinds of people, with a token for the API and a cookie for the pages."""

    kind: str
    person: Person
    things: Ids
    cookie: str
    csrf: str

    @property
    def bearer(self) -> dict[str, str]:
        """The header with the access token; nobody has none."""
        token = self.person.access_token
        return {} if self.kind == "anonymous" else {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class World:
    """Who and what there is: ``own`` are ids of the shared ledger, ``foreign`` those of another.

    ``instance`` are the ids that administrators work with, ``tokens`` are those of good links.
    """

    own: Ids
    foreign: Ids
    instance: Ids
    tokens: dict[str, str]
    walkers: dict[str, Walker]


def build(app: Flask) -> World:
    """Make the world."""
    owner, guest, neighbour, *others = (_person(app) for _ in range(9))
    own = _furnished(app, owner)
    foreign = _furnished(app, neighbour) | _things(app, neighbour)
    kinds = ("stranger", "viewer", "editor", "administrator", "removed", "disabled")
    people = dict(zip(kinds, others, strict=True)) | {"owner": owner, "anonymous": guest}
    for kind, role in (("viewer", "viewer"), ("editor", "editor"), ("disabled", "editor")):
        _let_in(app, own["ledger_id"], people[kind], role)
    own["member_id"] = _let_in(app, own["ledger_id"], guest, "editor")
    _let_in_and_out(app, own["ledger_id"], people["removed"])
    _change(app, people["administrator"], role="admin")
    for one in (neighbour, *others):
        _change(app, one, email_verified_at=clock.now())
    walkers = {kind: _walker(app, kind, one) for kind, one in people.items()}
    _change(app, people["disabled"], is_active=False)
    tokens = _tokens(app, guest, own["invitation_id"])
    return World(own, foreign, _instance(app, neighbour), tokens, walkers)


def wait_in_queue() -> None:
    """Empty the queue, but for one job that administrators can see."""
    queue.connection().flushdb()
    queue.enqueue("app.jobs.imports.read", MISSING, name=JOB)


def _person(app: Flask) -> Person:
    found = person(app)
    _change(app, found, pending_email=f"new.{found.email}")
    return found


def _change(app: Flask, found: Person, **values: object) -> None:
    with app.app_context(), unit_of_work():
        session.execute(update(User).where(User.id == found.id).values(**values))


def _furnished(app: Flask, owner: Person) -> Ids:
    """Open a ledger with one of everything in it; returns the ids."""
    api = Api(app, owner)
    ledger_id = int(api.add("/ledgers", name="Home")["id"])
    place = f"?ledger_id={ledger_id}"
    used = api.add(f"/accounts{place}", name="Cash", type="cash")
    row = api.add(f"/transactions{place}", type="expense", amount="3", account_id=used["id"])
    named = {"payee": "Baker", "tags": ["work", "away"], "amount": "4"}
    for values in (named, {"payee": "Grocer"}):
        expect(200, api.patch(f"/transactions/{row['id']}", values))
    upload = api.upload(STATEMENT, query=place, account_id=used["id"])
    import_id = int(expect(202, upload)["id"])
    with app.app_context():
        import_work.read(import_id)
        newest = select(Activity.id).where(Activity.subject_type == "transaction")
        activity_id = session.scalars(newest.order_by(Activity.id.desc())).first()
    ledger = f"/ledgers/{ledger_id}"
    made = {
        "account_id": api.add(f"/accounts{place}", name="Purse", type="cash"),
        "category_id": api.add(f"/categories{place}", name="Books"),
        "other_category_id": api.add(f"/categories{place}", name="Papers"),
        "rule_id": api.add(f"/rules{place}", RULE),
        "bulk_change_id": api.add(
            f"/bulk-changes{place}", ids=[row["id"]], set={"add_tags": ["home"]}
        ),
        "member_id": api.add(f"{ledger}/members", name="Ada"),
        "invitation_id": api.add(f"{ledger}/invitations", role="viewer", max_uses=None),
        "transaction_id": row,
        "receipt_id": api.attach(row["id"], picture("PNG", (8, 8))),
        "used_account_id": used,
    }
    payees, tags = (api.read(f"/{noun}{place}")["items"] for noun in ("payees", "tags"))
    purse = f"/accounts/{made['account_id']['id']}/reconciliations"
    made["reconciliation_id"] = api.add(purse, date="2026-01-31", balance="0")
    savings = api.add(f"/accounts{place}", name="Savings")
    pairs = [_pair(api, place, used["id"], savings["id"]) for _ in range(3)]
    joined, refused, loose = pairs
    transfer = api.add(f"/transfers/matches{place}", joined)
    api.add(f"/transfers/matches/refusals{place}", refused)
    return {name: int(one["id"]) for name, one in made.items()} | {
        "payee_id": payees[0]["id"],
        "other_payee_id": payees[1]["id"],
        "tag_id": tags[0]["id"],
        "other_tag_id": tags[1]["id"],
        "transfer_id": int(transfer["id"]),
        **refused,
        "loose_expense_id": loose["expense_id"],
        "loose_income_id": loose["income_id"],
        "ledger_id": ledger_id,
        "import_id": import_id,
        "activity_id": int(activity_id or 0),
    }


def _pair(api: Api, place: str, from_id: int, to_id: int) -> Ids:
    """Enter money out of one account and into the other; returns the ids of the two rows."""
    sides = {"expense": from_id, "income": to_id}
    rows = {
        f"{kind}_id": api.add(f"/transactions{place}", type=kind, amount="9", account_id=account_id)
        for kind, account_id in sides.items()
    }
    return {name: int(row["id"]) for name, row in rows.items()}


def _let_in(app: Flask, ledger_id: int, found: Person, role: str) -> int:
    with app.app_context(), unit_of_work():
        return members.join(ledger_id, found.id, role).id


def _let_in_and_out(app: Flask, ledger_id: int, found: Person) -> None:
    member_id = _let_in(app, ledger_id, found, "editor")
    with app.app_context(), unit_of_work():
        members.remove(session.get_one(Member, member_id))


def _things(app: Flask, found: Person) -> Ids:
    """Give a person one of everything that is theirs alone; returns the ids."""
    now = clock.now()
    end = now + dt.timedelta(hours=1)
    with app.app_context(), unit_of_work() as work:
        user = session.get_one(User, found.id)
        other = sign_ins.record(user, Circumstances("api", dt.timedelta(days=1)))
        rows: dict[str, ApiToken | Passkey | Identity | DataExport | SavedFilter] = {
            "token_id": ApiToken(
                user_id=user.id, name="Script", token_hash=os.urandom(32), hint="abcd",
                scopes="read", created_at=now,
            ),
            "passkey_id": Passkey(
                user_id=user.id, name="Phone", credential_id=os.urandom(32), public_key=b"key"
            ),
            "identity_id": Identity(
                user_id=user.id, issuer="https://id.example", subject=f"person {user.id}"
            ),
            "saved_filter_id": SavedFilter(
                user_id=user.id, ledger_id=found.ledger_id, name="Bread", query={"q": "bread"}
            ),
            "export_id": DataExport(
                user_id=user.id, status="ready", size=3, finished_at=now, expires_at=end
            ),
        }  # fmt: skip
        work.session.add_all([*rows.values(), Picture(user_id=user.id, content=b"webp")])
        work.session.flush()
        ids = {name: row.id for name, row in rows.items()}
        work.session.add(DataExportPart(export_id=ids["export_id"], number=0, content=b"zip"))
        return ids | {"session_id": other.sign_in.id, "user_id": user.id}


def _instance(app: Flask, found: Person) -> Ids:
    with app.app_context():
        invitation_id = registrations.invite(None, base_url="").id
        with unit_of_work() as work:
            mail = Mail(kind=links.VERIFY, recipient=found.email, status="failed", attempts=9)
            work.session.add(mail)
            work.session.flush()
            return {"invitation_id": invitation_id, "mail_id": mail.id, "user_id": found.id}


def _tokens(app: Flask, guest: Person, invitation_id: int) -> dict[str, str]:
    """Return the tokens of the links that somebody who is not signed in may follow."""
    addresses = {
        links.VERIFY: guest.email,
        links.CONFIRM: f"new.{guest.email}",
        links.RESET: guest.email,
    }
    with app.app_context():
        number = session.get_one(User, guest.id).link_number
        tokens = {
            purpose: signing.sign(purpose, [guest.id, address, number])
            for purpose, address in addresses.items()
        }
        found = session.get_one(Invitation, invitation_id)
        return tokens | {"invitation": invitations.token_of(found)}


def _walker(app: Flask, kind: str, found: Person) -> Walker:
    client = app.test_client()
    if kind != "anonymous":
        with app.app_context(), unit_of_work():
            user = session.get_one(User, found.id)
            opened = sign_ins.record(user, Circumstances("browser", dt.timedelta(days=1)))
        with client.session_transaction() as cookie:
            cookie["_user_id"] = opened.token
    page = client.get("/sign-in" if kind == "anonymous" else "/settings/profile")
    token = _CSRF.search(page.text)
    assert token, page.text
    name = app.config["SESSION_COOKIE_NAME"]
    kept = client.get_cookie(name)
    assert kept
    return Walker(kind, found, _things(app, found), f"{name}={kept.value}", token[1])
