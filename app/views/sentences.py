"""The lines of the activity log as sentences, with amounts the way their reader writes them.

Everything that people typed is escaped where it is put into a sentence.
"""

import datetime as dt
from collections.abc import Callable

from markupsafe import Markup

from app.models.activities import Entry
from app.views.acting import actor
from app.views.differences import LONGEST, changes, in_money, row
from app.views.formatting import full_date

SENTENCES = {
    "transaction.created": "{who} added {row}, {amount}",
    "transaction.updated": "{who} changed {changes}",
    "transaction.deleted": "{who} deleted {row}, {amount}",
    "transaction.restored": "{who} brought back {row}, {amount}",
    "transaction.joined": "{who} joined two rows into the transfer {row}, {amount}",
    "transaction.absorbed": "{who} joined {row}, {amount}, with another row into a transfer",
    "transaction.taken_apart": "{who} took a transfer apart: {row}, {amount}, is a row of its own",
    "transaction.match_refused": "{who} said that {row}, {amount}, is not part of a transfer",
    "transaction.match_offered": "{who} let {row}, {amount}, be offered as part of a transfer",
    "receipt.added": "{who} added the receipt {row}",
    "receipt.deleted": "{who} deleted the receipt {row}",
    "account.created": "{who} opened the account {row}",
    "account.updated": "{who} changed {changes}",
    "account.moved": "{who} moved the account {row} in the list",
    "account.reconciled": "{who} reconciled the account {row}{statement}",
    "account.unreconciled": "{who} took back the reconciliation of the account {row}{statement}",
    "account.deleted": "{who} deleted the account {row}",
    "category.created": "{who} added the category {row}",
    "category.updated": "{who} changed {changes}",
    "category.deleted": "{who} deleted the category {row}",
    "category.merged": "{who} merged the category {row} into {into}",
    "category.restored": "{who} brought back the category {row}",
    "payee.updated": "{who} changed {changes}",
    "payee.merged": "{who} merged the payee {row} into {into}",
    "payee.deleted": "{who} took the payee {row} out of the list",
    "payee.restored": "{who} brought back the payee {row}",
    "tag.updated": "{who} changed {changes}",
    "tag.merged": "{who} merged the tag {row} into {into}",
    "tag.deleted": "{who} deleted the tag {row}",
    "tag.restored": "{who} brought back the tag {row}",
    "rule.created": "{who} added the rule {row}",
    "rule.updated": "{who} changed the rule {row}",
    "rule.moved": "{who} moved the rule {row} among the others",
    "rule.deleted": "{who} deleted the rule {row}",
    "import.committed": "{who} imported {count} from {row}",
    "import.undone": "{who} undid the import of {row} and took out {count}",
    "export.downloaded": "{who} downloaded {export} as a file",
    "ledger.created": "{who} opened the ledger {ledger}",
    "ledger.renamed": "{who} renamed the ledger{renamed}",
    "ledger.archived": "{who} archived the ledger {ledger}",
    "ledger.unarchived": "{who} took the ledger {ledger} out of the archive",
    "ledger.deleted": "{who} deleted the ledger {ledger}",
    "ledger.restored": "{who} brought back the ledger {ledger}",
    "member.added": "{who} added {member}",
    "member.renamed": "{who} renamed {member}",
    "member.joined": "{member} joined the ledger {ledger}",
    "member.claimed": "{member} took over the place that was kept for them",
    "member.role_changed": "{who} changed what {member} may do in the ledger{role}",
    "member.removed": "{who} removed {member} from the ledger",
    "member.left": "{who} left the ledger",
    "member.ownership_handed_over": "{who} handed over the ledger to {member}",
    "invitation.created": "{who} made an invitation{role}",
    "invitation.revoked": "{who} took back an invitation",
    "invitation.accepted": "{who} accepted an invitation",
    "user.registered": "{whom} registered",
    "user.signed_in": "{whom} signed in",
    "user.sign_in_failed": "Somebody failed to sign in as {whom}",
    "user.signed_out": "{whom} signed out",
    "user.password_changed": "{who} changed {whose} password",
    "user.password_reset": "{whom} set a new password by a link from a mail",
    "user.password_reset_sent": "{who} had a link to set a new password sent to {whom}",
    "user.email_change_requested": "{who} asked for another e-mail address",
    "user.email_changed": "{who} changed {whose} e-mail address",
    "user.email_verified": "{whom} proved an e-mail address",
    "user.role_changed": "{who} changed what {whom} may do here{role}",
    "user.disabled": "{who} disabled the account of {whom}",
    "user.enabled": "{who} enabled the account of {whom}",
    "user.erased": "{who} erased the account",
    "sign_in.revoked": "{who} signed out {device}",
    "sign_in.all_revoked": "{who} signed out {whom} everywhere",
    "sign_in.others_revoked": "{who} signed out everywhere else",
    "sign_in.tokens_reused": "A copied token was used: a sign-in of {whom} was ended",
    "token.created": "{who} made the API token {row}",
    "token.revoked": "{who} revoked the API token {row}",
    "second_factor.enabled": "{who} set up codes of an authenticator app",
    "second_factor.disabled": "{who} turned off the codes of an authenticator app",
    "second_factor.recovery_codes_renewed": "{who} made new recovery codes",
    "second_factor.recovery_code_used": "{who} used a recovery code",
    "passkey.added": "{who} added the passkey {row}",
    "passkey.removed": "{who} removed the passkey {row}",
    "identity.linked": "{who} linked an account to sign in with",
    "identity.unlinked": "{who} unlinked an account to sign in with",
    "settings.changed": "{who} changed the settings of this Outlay",
    "data_export.requested": "{who} asked for a copy of all their data",
    "data_export.ready": "A copy of all data of {whom} is ready",
    "data_export.fetched": "{who} downloaded a copy of all their data",
    "mail.retried": "{who} had a mail sent once more",
    "mail.tested": "{who} sent a mail as a test",
    "job.retried": "{who} started a job again",
    "job.dropped": "{who} dropped a job",
}
"""What is said of each kind of line."""

NOUNS = {
    "transaction": "Transactions",
    "receipt": "Receipts",
    "account": "Accounts",
    "category": "Categories",
    "payee": "Payees",
    "tag": "Tags",
    "rule": "Rules",
    "import": "Imports",
    "export": "Exports",
    "ledger": "Ledgers",
    "member": "Members",
    "invitation": "Invitations",
    "user": "Signing in and the account",
    "sign_in": "Devices",
    "token": "API tokens",
    "second_factor": "Second factor",
    "passkey": "Passkeys",
    "identity": "Linked accounts",
    "settings": "Settings",
    "data_export": "Copies of one's data",
}
"""What a log can be narrowed to: the first part of a kind, and what it is called."""
IN_LEDGERS = (
    "transaction", "receipt", "account", "category", "payee", "tag", "rule", "import", "export",
    "ledger", "member", "invitation",
)  # fmt: skip
"""What of it happens in a ledger."""


def sentence(entry: Entry) -> Markup:
    """Return what happened as a sentence without its full stop."""
    said = Markup(SENTENCES.get(entry.kind) or _plain_words(entry.kind))  # noqa: S704 - own words
    parts = {name: part(entry) for name, part in _PARTS.items() if f"{{{name}}}" in said}
    text = said.format(**parts)
    return Markup(text[:1].upper() + text[1:])  # noqa: S704 - escaped by format


def _plain_words(kind: str) -> str:
    return "{who}: " + kind.replace(".", " ").replace("_", " ")


def _who(entry: Entry) -> str:
    if entry.by == "person":
        return _named(entry.actor_id, entry.actor_name)
    return {"program": "Outlay", "stranger": "somebody"}.get(entry.by, "a former user")


def _whom(entry: Entry) -> str:
    if entry.user_id is None and entry.actor_id is not None:
        return _named(entry.actor_id, entry.actor_name)
    return _named(entry.user_id, entry.user_name)


def _whose(entry: Entry) -> str:
    if entry.user_id in (None, entry.actor_id):
        return "your" if entry.actor_id == actor().id else "their"
    return "your" if entry.user_id == actor().id else f"{entry.user_name}'s"


def _named(user_id: int | None, name: str | None) -> str:
    if user_id == actor().id:
        return "you"
    return name or "a former user"


def _member(entry: Entry) -> str:
    """Return whom a line about a member is about: somebody without an account has only a name."""
    name = ((entry.after or entry.before) or {}).get("name")
    return str(name) if name and entry.user_id is None else _whom(entry)


def _amount(entry: Entry) -> Markup:
    told = entry.after or entry.before or {}
    return in_money(told["amount"], told["currency"]) if told else Markup()


def _count(entry: Entry) -> str:
    rows = entry.details.get("rows", 0)
    return "one transaction" if rows == 1 else f"{rows:,} transactions"


def _into(entry: Entry) -> str:
    return str(entry.details.get("into") or "another one")[:LONGEST]


def _export(entry: Entry) -> str:
    names = {"activity": "the activity log"}
    return names.get(str(entry.details.get("rows_of")), "the transactions")


def _statement(entry: Entry) -> str:
    date = entry.details.get("date")
    return f" with its statement of {full_date(dt.date.fromisoformat(date))}" if date else ""


def _ledger(entry: Entry) -> str:
    return entry.ledger_name or ""


def _role(entry: Entry) -> str:
    role = (entry.after or {}).get("role")
    return f": {role}" if role else ""


def _renamed(entry: Entry) -> str:
    names = [(values or {}).get("name") for values in (entry.before, entry.after)]
    return f" from {names[0]} to {names[1]}" if all(names) else f" {_ledger(entry)}"


def _device(entry: Entry) -> str:
    return str(entry.details.get("device") or "a device")


_PARTS: dict[str, Callable[[Entry], str]] = {
    "who": _who,
    "whom": _whom,
    "whose": _whose,
    "member": _member,
    "row": row,
    "amount": _amount,
    "changes": changes,
    "count": _count,
    "statement": _statement,
    "into": _into,
    "export": _export,
    "ledger": _ledger,
    "role": _role,
    "renamed": _renamed,
    "device": _device,
}
