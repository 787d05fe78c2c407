"""What each route is sent, so that it does what it is there for once it lets somebody do it."""

from io import BytesIO
from typing import Any

from tests.architecture.worlds import RULE, STATEMENT, Walker, World
from tests.factories.people import PASSWORD
from tests.factories.pictures import picture

Sent = dict[str, Any]

_NEW_PASSWORD = "another horse battery staple"
_AGAIN = {"password": PASSWORD}
_NAME = {"name": "Renamed"}
_RULE_FORM = {
    "name": "Renamed",
    "condition_kind": "text.contains",
    "condition_text": "bread",
    "action_kind": "add_tag",
    "action_text": "food",
}


def query_of(route: str, world: World) -> Sent:
    """Return what the address of a route carries beside the ledger."""
    queries: dict[str, Sent] = {
        "GET /api/reports/monthly": {"year": 2026, "month": 1},
        "DELETE /api/auth/sessions": {"others": "true"},
        "GET /invitation": {"token": world.tokens["invitation"]},
    }
    return queries.get(route, {})


def body_of(route: str, world: World, walker: Walker) -> Sent:
    """Return the fields of a route's form, or of the object it takes as JSON."""
    bodies = _public(world) | _personal(walker) | _money(world) | _sharing(world)
    return bodies.get(route) or _administration(walker).get(route, {})


def files_of(route: str) -> Sent:
    """Return the file that a route takes, as a form has it."""
    kinds = {
        "POST /api/imports": (STATEMENT.encode(), "statement.csv"),
        "POST /imports/new": (STATEMENT.encode(), "statement.csv"),
        "PUT /api/user/picture": (_PICTURE, "me.png"),
        "POST /api/transactions/<transaction_id>/receipts": (_PICTURE, "receipt.png"),
        "POST /transactions/<transaction_id>/receipts": (_PICTURE, "receipt.png"),
        "POST /settings/profile/picture": (_PICTURE, "me.png"),
    }
    if route not in kinds:
        return {}
    content, name = kinds[route]
    return {"file": (BytesIO(content), name)}


def _public(world: World) -> dict[str, Sent]:
    email = world.walkers["anonymous"].person.email
    known = {"email": email, **_AGAIN}
    new = {"email": "somebody.new@example.com", "password": _NEW_PASSWORD}
    reset = {"token": world.tokens["password_reset"], "password": _NEW_PASSWORD}
    verify = {"token": world.tokens["verify_email"]}
    confirm = {"token": world.tokens["confirm_address"]}
    return {
        "POST /api/auth/confirm-address": confirm,
        "POST /api/auth/login": known,
        "POST /api/auth/password-reset": {"email": email},
        "POST /api/auth/password-reset/confirm": reset,
        "POST /api/auth/register": new,
        "POST /api/auth/verify-email": verify,
        "POST /api/invitations/preview": {"token": world.tokens["invitation"]},
        "POST /confirm-address": confirm,
        "POST /forgot-password": {"email": email},
        "POST /register": new,
        "POST /reset-password": reset,
        "POST /sign-in": known,
        "POST /verify-email": verify,
    }


def _personal(walker: Walker) -> dict[str, Sent]:
    email = {"email": f"else.{walker.person.email}", **_AGAIN}
    password = {"current_password": PASSWORD, "password": _NEW_PASSWORD}
    profile = {"first_name": "Ada", "currency": "EUR", "timezone": "UTC", "locale": "en"}
    saved = {"name": "Tea", "filters": {"q": "tea"}}
    things = {
        f"POST /settings/security/{noun}/<{one}_id>/remove": _AGAIN
        for noun, one in (("passkeys", "passkey"), ("identities", "identity"))
    }
    return things | {
        "DELETE /api/user": _AGAIN,
        "DELETE /api/user/otp": _AGAIN,
        "PATCH /api/user/profile": {"first_name": "Ada"},
        "PATCH /api/user/settings": {"currency": "GBP"},
        "PATCH /api/saved-filters/<saved_filter_id>": _NAME,
        "POST /api/saved-filters": saved,
        "PUT /api/saved-filters/<saved_filter_id>": saved,
        "POST /saved-filters/<saved_filter_id>": _NAME,
        "POST /saved-filters": {"name": "Tea", "filters": "q=tea"},
        "POST /api/user/otp": _AGAIN,
        "POST /api/user/otp/confirm": {"code": "123456"},
        "POST /api/user/otp/recovery-codes": _AGAIN,
        "POST /api/user/tokens": {"name": "New", "scopes": ["read"]},
        "POST /settings/privacy/erase": _AGAIN,
        "POST /settings/profile": profile,
        "POST /settings/security/email": email,
        "POST /settings/security/one-time-password": _AGAIN,
        "POST /settings/security/one-time-password/confirm": {"code": "123456"},
        "POST /settings/security/one-time-password/recovery-codes": _AGAIN,
        "POST /settings/security/one-time-password/remove": _AGAIN,
        "POST /settings/security/passkeys": {"name": "New", "credential": "{}"},
        "POST /settings/security/passkeys/options": _AGAIN,
        "POST /settings/security/password": password,
        "POST /settings/tokens": {"name": "New", "scopes": "read", "expires_in_days": "30"},
        "PUT /api/user/email": email,
        "PUT /api/user/password": password,
        "PUT /api/user/profile": profile,
        "PUT /api/user/settings": {"locale": "en_GB"},
    }


def _money(world: World) -> dict[str, Sent]:
    account_id = world.own["used_account_id"]
    row = {"type": "expense", "amount": "5", "account_id": account_id}
    expense = {"amount": "5", "account_id": account_id}
    account = {"name": "Renamed", "type": "cash", "currency": "EUR"}
    merged = {"into_id": world.own["other_category_id"]}
    payees = {"into_id": world.own["other_payee_id"]}
    tags = {"into_id": world.own["other_tag_id"]}
    restored = {"activity_id": world.own["activity_id"], "state": "before"}
    statement = {"date": "2026-01-31", "balance": "0"}
    pair = {name: world.own[f"loose_{name}"] for name in ("expense_id", "income_id")}
    return {
        "PATCH /api/accounts/<account_id>": _NAME,
        "PATCH /api/payees/<payee_id>": _NAME,
        "PATCH /api/tags/<tag_id>": _NAME,
        "PATCH /api/categories/<category_id>": _NAME,
        "PATCH /api/expenses/<transaction_id>": {"amount": "5"},
        "PATCH /api/imports/<import_id>": {"account_id": account_id},
        "PATCH /api/transactions/<transaction_id>": {"amount": "5"},
        "POST /accounts": account,
        "POST /accounts/<account_id>": account,
        "POST /accounts/<account_id>/move": {"direction": "up"},
        "POST /accounts/<account_id>/reconcile": statement,
        "POST /accounts/<account_id>/reconciliations": statement,
        "POST /api/accounts/<account_id>/marks": {"cleared": []},
        "POST /api/accounts/<account_id>/reconciliations": statement,
        "POST /api/accounts": account,
        "POST /api/bulk-changes": {"filters": {}, "set": {"notes": "all"}},
        "POST /api/categories": _NAME,
        "POST /api/categories/<category_id>/merge": merged,
        "POST /categories/<category_id>/merge": merged,
        "POST /api/payees/<payee_id>/merge": payees,
        "POST /payees/<payee_id>": _NAME,
        "POST /payees/<payee_id>/merge": payees,
        "POST /api/tags/<tag_id>/merge": tags,
        "POST /tags/<tag_id>": _NAME,
        "POST /tags/<tag_id>/merge": tags,
        "POST /categories/suggestion/refuse": {"payee": "Baker"},
        "POST /categories/suggestions/<payee_id>": {"category_id": world.own["category_id"]},
        "POST /api/expenses": expense,
        "POST /api/imports": {"account_id": str(account_id)},
        "POST /api/rules": RULE,
        "POST /api/rules/apply": {},
        "POST /api/rules/preview": {"rule": RULE},
        "PATCH /api/rules/<rule_id>": _NAME,
        "PUT /api/rules/<rule_id>": RULE,
        "POST /api/transactions": row,
        "POST /api/transactions/bulk": {"create": [row]},
        "POST /api/transfers/matches": pair,
        "POST /api/transfers/matches/refusals": pair,
        "POST /transfers": {"refuse": "{expense_id}.{income_id}.1-1".format(**pair)},
        "POST /api/transactions/<transaction_id>/restore": restored,
        "POST /categories": {"name": "New", "type": "expense"},
        "POST /categories/<category_id>": _NAME,
        "POST /imports/<import_id>": {"account_id": account_id},
        "POST /imports/<import_id>/mapping": {"forget": "1"},
        "POST /imports/new": {"account_id": account_id},
        "POST /rules": _RULE_FORM,
        "POST /rules/<rule_id>": _RULE_FORM,
        "POST /rules/preview": _RULE_FORM,
        "POST /transactions": row,
        "POST /transactions/<transaction_id>": row,
        "POST /transactions/<transaction_id>/row": {"date": "2026-01-02", "amount": "5"},
        "POST /transactions/bulk": {"ids": world.own["transaction_id"], "notes": "all"},
        "POST /transactions/bulk/choose": {"ids": world.own["transaction_id"]},
        "POST /transactions/<transaction_id>/restore": restored,
        "PUT /api/accounts/<account_id>": account,
        "PUT /api/categories/<category_id>": _NAME,
        "PUT /api/expenses/<transaction_id>": expense,
        "PUT /api/transactions/<transaction_id>": row,
    }


def _sharing(world: World) -> dict[str, Sent]:
    invited = {"role": "viewer"}
    member_id = world.own["member_id"]
    token = {"token": world.tokens["invitation"]}
    return {
        "DELETE /api/ledgers/<ledger_id>": _AGAIN,
        "PATCH /api/ledgers/<ledger_id>": _NAME,
        "PATCH /api/ledgers/<ledger_id>/members/<member_id>": {"role": "viewer"},
        "POST /api/invitations/accept": token,
        "POST /api/ledgers": _NAME,
        "POST /api/ledgers/<ledger_id>/hand-over": {"member_id": member_id},
        "POST /api/ledgers/<ledger_id>/invitations": invited,
        "POST /api/ledgers/<ledger_id>/members": _NAME,
        "POST /invitation": token,
        "POST /ledgers": {"name": "New", "currency": "EUR"},
        "POST /ledgers/<ledger_id>": _NAME,
        "POST /ledgers/<ledger_id>/delete": _AGAIN,
        "POST /ledgers/<ledger_id>/invitations": {**invited, "days": "7", "max_uses": "1"},
        "POST /ledgers/<ledger_id>/members": _NAME,
        "POST /ledgers/<ledger_id>/members/<member_id>": {"role": "viewer"},
        "PUT /api/ledgers/<ledger_id>": _NAME,
    }


def _administration(walker: Walker) -> dict[str, Sent]:
    to = {"recipient": walker.person.email}
    return {
        "DELETE /api/admin/users/<user_id>": _AGAIN,
        "PATCH /api/admin/settings": {"currency": "USD"},
        "PATCH /api/admin/users/<user_id>": {"is_active": False},
        "POST /admin/invitations": {"days": "7", "max_uses": "1"},
        "POST /admin/mails/test": to,
        "POST /admin/settings": {"currency": "USD"},
        "POST /admin/users/<user_id>/erase": _AGAIN,
        "POST /api/admin/mail-test": to,
        "POST /api/admin/registration-invitations": {},
    }


_PICTURE = picture("PNG", (8, 8))
