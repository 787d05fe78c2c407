"""A ledger that two people keep at once, by steps that a property test draws."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

from werkzeug.test import TestResponse

from tests.factories import statements
from tests.factories.callers import Api, Body
from tests.factories.fixtures import Caller, Work
from tests.factories.sharing import accept

Step = tuple[int, str, tuple[Any, ...]]
"""Who (0 or 1), does what, with which arguments."""

ANSWERS = {200, 201, 202, 204, 404, 409, 412, 422, 503}
"""What somebody may be answered; 503 is a database that stayed locked for too long."""

OPENING = {"Main": "0.00", "Wallet": "-5.55", "Dollars": "100.00"}
CENT = Decimal("0.01")
WINTER = dt.date(2025, 12, 1)


class Books:
    """A ledger with accounts in two currencies and an editor beside its owner."""

    def __init__(self, caller: Caller, work: Work) -> None:
        self.owner, self.editor, self.work = caller(), caller(), work
        self.ledger_id = int(self.owner.add("/ledgers", name="Home", currency="EUR")["id"])
        here = f"?ledger_id={self.ledger_id}"
        self.people = (self.owner, self.editor)
        invitation = self.owner.add(f"/ledgers/{self.ledger_id}/invitations", role="editor")
        accept(self.editor, invitation)
        self.accounts = [
            int(self._account(here, name, opening)["id"]) for name, opening in OPENING.items()
        ]
        self.categories: dict[str, list[int | None]] = {
            kind: [None, *self._categories(here, kind)] for kind in ("expense", "income")
        }
        self.rows: list[int] = []
        self.imports: list[int] = []
        self.changes: list[int] = []
        self.settled: list[int] = []
        self.here = here

    def _account(self, here: str, name: str, opening: str) -> Body:
        currency = "USD" if name == "Dollars" else "EUR"
        return self.owner.add(
            f"/accounts{here}", name=name, currency=currency, opening_balance=opening
        )

    def _categories(self, here: str, kind: str) -> list[int]:
        """Add three categories, and one of the same name below each."""

        def add(name: str, **fields: Any) -> int:
            return int(self.owner.add(f"/categories{here}", name=name, type=kind, **fields)["id"])

        tops = [add(f"{kind} {name}") for name in "ABC"]
        return [*tops, *(add("Part", parent_id=top) for top in tops)]

    def at_once(self, steps: Sequence[Step]) -> list[int]:
        """Let both take their steps at the same moment, then do the jobs that wait for it."""
        with ThreadPoolExecutor(len(steps)) as pool:
            answers = list(pool.map(self._take, steps))
        self.work()
        return [status for status in answers if status]

    def _take(self, step: Step) -> int:
        who, name, arguments = step
        act: Callable[..., TestResponse | None] = getattr(self, name)
        answer = act(self.people[who], *arguments)
        return answer.status_code if answer else 0

    # What people do. ``pick`` chooses among what there is.

    def create(self, who: Api, kind: str, amount: str, date: str, pick: int) -> TestResponse | None:
        """Add a row by hand."""
        return self._kept(
            who.post(f"/transactions{self.here}", self._said(kind, amount, date, pick))
        )

    def edit(self, who: Api, kind: str, amount: str, date: str, pick: int) -> TestResponse | None:
        """Make a row another one, whatever it was."""
        return self._on(self.rows, pick, lambda row: who.patch(
            f"/transactions/{row}", self._said(kind, amount, date, pick), query_string=_meant(pick)
        ))  # fmt: skip

    def split(self, who: Api, pick: int) -> TestResponse | None:
        """Spread a row over two categories, a cent on the second one."""

        def split(row: int) -> TestResponse:
            found = who.get(f"/transactions/{row}")
            if found.status_code != 200:
                return found
            said = found.get_json()
            ids = self.categories.get(said["type"], [None, None])
            whole = Decimal(said["amount"])
            amounts = (whole - CENT, CENT) if whole > CENT else (whole,)
            lines = [
                {"amount": str(part), "category_id": ids[number]}
                for number, part in enumerate(amounts)
            ]
            return who.patch(f"/transactions/{row}", {"splits": lines})

        return self._on(self.rows, pick, split)

    def delete(self, who: Api, pick: int) -> TestResponse | None:
        """Delete a row."""
        return self._on(self.rows, pick, lambda row: who.delete(
            f"/transactions/{row}", query_string=_meant(pick)
        ))  # fmt: skip

    def restore(self, who: Api, pick: int) -> TestResponse | None:
        """Bring a row back, or make it again what it was at some time."""

        def restore(row: int) -> TestResponse:
            lines = who.get(f"/transactions/{row}/history").get_json()["items"]
            said = {"activity_id": lines[pick % len(lines)]["id"], "state": "after"}
            return who.post(f"/transactions/{row}/restore", said, query_string=_meant(pick))

        return self._on(self.rows, pick, restore)

    def bulk(self, who: Api, what: str, pick: int) -> TestResponse | None:
        """Change many rows in one step, or delete them."""
        ways: dict[str, dict[str, Any]] = {
            "account": {"set": {"account_id": self.accounts[pick % 3]}},
            "category": {"set": {"category_id": self.categories["expense"][pick % 7]}},
            "state": {"set": {"state": "cleared", "add_tags": ["seen"]}},
            "date": {"set": {"date": "2026-01-31"}},
            "delete": {"delete": True},
        }
        found = [row["id"] for row in who.rows(ledger_id=self.ledger_id)]
        ids = found[pick % 3 :: 3] or found or [1]
        said = {"ids": ids, "allow_reconciled": pick % 2 == 0, **ways[what]}
        answer = who.post(f"/bulk-changes{self.here}", said)
        return self._kept(answer, self.changes)

    def take_back(self, who: Api, pick: int) -> TestResponse | None:
        """Undo a bulk change."""
        return self._on(self.changes, pick, lambda one: who.delete(f"/bulk-changes/{one}"))

    def merge(self, who: Api, kind: str, pick: int) -> TestResponse | None:
        """Make one category of two."""
        _, first, second, third, *_ = self.categories[kind]
        source, target = ((second, third), (first, third), (first, second))[pick % 3]
        return who.post(f"/categories/{source}/merge", {"into_id": target})

    def load(self, who: Api, seed: int, rows: int, mirrored: bool) -> TestResponse | None:
        """Import a statement; the same seed is the same file again, mirrored its other side."""
        entries = statements.entries(rows, seed=seed, start=WINTER)
        if mirrored:
            entries = [replace(entry, minor=-entry.minor) for entry in entries]
        account = self.accounts[(seed + mirrored) % 2]
        answer = who.upload(
            statements.n26(entries), query=self.here, account_id=account, commit="true"
        )
        return self._kept(answer, self.imports)

    def unload(self, who: Api, pick: int, edited: str) -> TestResponse | None:
        """Undo an import."""
        query = {"edited": edited}
        return self._on(self.imports, pick, lambda one: who.delete(
            f"/imports/{one}", query_string=query
        ))  # fmt: skip

    def join(self, who: Api, pick: int) -> TestResponse | None:
        """Make one transfer of two imported halves, if some look like it."""
        pairs = who.read("/transfers/matches", ledger_id=self.ledger_id)["items"]
        return self._on(pairs, pick, lambda pair: who.post(f"/transfers/matches{self.here}", {
            "expense_id": pair["expense"]["id"], "income_id": pair["income"]["id"],
            "allow_reconciled": pick % 2 == 0,
        }))  # fmt: skip

    def part(self, who: Api, pick: int) -> TestResponse | None:
        """Take a joined transfer apart again."""
        found = who.rows(ledger_id=self.ledger_id, type="transfer")
        ids = [row["id"] for row in found]
        return self._on(ids, pick, lambda row: who.post(
            f"/transfers/{row}/take-apart", query_string=_meant(pick)
        ))  # fmt: skip

    def settle(self, who: Api, amount: str, date: str, pick: int) -> TestResponse | None:
        """Hold an account against a statement, with a row that makes up for the difference."""
        said = {"date": date, "balance": amount, "adjust": True}
        account = self.accounts[pick % 3]
        self.settled.append(account)
        return who.post(f"/accounts/{account}/reconciliations", said)

    def unsettle(self, who: Api, pick: int) -> TestResponse | None:
        """Take back what was settled last in an account."""

        def unsettle(account: int) -> TestResponse | None:
            path = f"/accounts/{account}/reconciliations"
            items = who.get(path).get_json()["items"]
            return who.delete(f"{path}/{items[0]['id']}") if items else None

        return self._on(self.settled, pick, unsettle)

    def _said(self, kind: str, amount: str, date: str, pick: int) -> Body:
        """Return the values of a row; a transfer goes to the next account, its rate is two."""
        first = pick % 3
        said: Body = {
            "type": kind, "amount": amount, "date": date, "account_id": self.accounts[first],
            "tags": ["shared"] if pick % 5 == 0 else [],
        }  # fmt: skip
        if kind != "transfer":
            return said | {"category_id": self.categories[kind][pick % 7]}
        said["to_account_id"] = self.accounts[(first + 1) % 3]
        if first:  # one of both is in dollars
            said["to_amount"] = str(Decimal(amount) * 2)
        return said

    def _kept(self, answer: TestResponse, ids: list[int] | None = None) -> TestResponse:
        if answer.status_code in {201, 202}:
            (self.rows if ids is None else ids).append(answer.get_json()["id"])
        return answer

    @staticmethod
    def _on(
        things: Sequence[Any], pick: int, act: Callable[[Any], TestResponse | None]
    ) -> TestResponse | None:
        return act(things[pick % len(things)]) if things else None

    # What must be so, whatever they did

    def check(self) -> None:
        """Hold lists, balances and reports against each other, all by the API."""
        rows = self.owner.rows(ledger_id=self.ledger_id)
        listed = self.owner.read("/accounts", ledger_id=self.ledger_id)["items"]
        currencies = {one["id"]: one["currency"] for one in listed}
        balances = {one["id"]: Decimal(one["balance"]) for one in listed}
        moved = _moved(rows)
        for account_id, opening in zip(self.accounts, OPENING.values(), strict=True):
            assert balances[account_id] == Decimal(opening) + moved[account_id]
        for row in rows:
            assert row["currency"] == currencies[row["account_id"]]
            if row["splits"]:
                assert sum(Decimal(line["amount"]) for line in row["splits"]) == Decimal(
                    row["amount"]
                )
        self._check_euros(rows, balances)
        self._check_months(rows)

    def _check_euros(self, rows: list[Body], balances: dict[int, Decimal]) -> None:
        """A transfer between accounts in euros changes nothing of what there is in euros."""
        euros = set(self.accounts[:2])
        total = Decimal(OPENING["Main"]) + Decimal(OPENING["Wallet"])
        for row in rows:
            if {row["account_id"], row["to_account_id"]} <= euros:
                continue
            total += sum(change for account, change in _changes(row) if account in euros)
        assert sum(balances[one] for one in euros) == total

    def _check_months(self, rows: list[Body]) -> None:
        for year, month in {(int(row["date"][:4]), int(row["date"][5:7])) for row in rows}:
            report = self.owner.read(
                "/reports/monthly", ledger_id=self.ledger_id, year=year, month=month
            )
            of_month = [
                row for row in rows
                if row["date"][:7] == f"{year}-{month:02}" and row["currency"] == "EUR"
            ]  # fmt: skip
            for kind, name in (("expense", "spent"), ("income", "received")):
                come_to = sum(Decimal(row["amount"]) for row in of_month if row["type"] == kind)
                assert Decimal(report["totals"][name]) == come_to


def _meant(pick: int) -> dict[str, str]:
    """Return that a reconciled row may change, every other time."""
    return {"allow_reconciled": "true"} if pick % 2 == 0 else {}


def _moved(rows: list[Body]) -> dict[int, Decimal]:
    """Return what the rows do to each account, as decimals."""
    moved: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        for account_id, change in _changes(row):
            moved[account_id] += change
    return moved


def _changes(row: Body) -> list[tuple[int, Decimal]]:
    amount = Decimal(row["amount"])
    own = (row["account_id"], amount if row["type"] == "income" else -amount)
    if row["type"] != "transfer":
        return [own]
    return [own, (row["to_account_id"], Decimal(row["to_amount"]))]
