"""Who may use which route: the answer that every route owes to eight kinds of people."""

KINDS = (
    "anonymous",
    "stranger",
    "viewer",
    "editor",
    "owner",
    "administrator",
    "removed",
    "disabled",
)
"""Who walks: nobody; somebody who is in no ledger but their own; the three roles in a ledger; an
administrator who is not in it; somebody who was; and somebody who was, with a cookie and tokens
from before their account was disabled."""

_ROUTES = {
    "public": """
        POST /api/auth/confirm-address
        POST /api/auth/login
        POST /api/auth/password-reset
        POST /api/auth/password-reset/confirm
        POST /api/auth/refresh
        POST /api/auth/register
        POST /api/auth/verify-email
        GET /api/docs
        POST /api/invitations/preview
        GET /api/openapi.json
        GET /confirm-address
        POST /confirm-address
        GET /forgot-password
        POST /forgot-password
        GET /health
        GET /health/detailed
        GET /invitation
        GET /register
        POST /register
        GET /reset-password
        POST /reset-password
        GET /sign-in
        POST /sign-in
        GET /sign-in/code
        POST /sign-in/code
        GET /sign-in/oidc
        GET /sign-in/oidc/callback
        POST /sign-in/passkey
        POST /sign-in/passkey/options
        GET /verify-email
        POST /verify-email
    """,
    "signed_in": """
        GET /activity
        POST /api/auth/logout
        DELETE /api/auth/sessions
        GET /api/auth/sessions
        DELETE /api/auth/sessions/<session_id>
        POST /api/auth/verify-email/resend
        POST /api/invitations/accept
        GET /api/ledgers
        POST /api/ledgers
        GET /api/saved-filters
        POST /api/saved-filters
        DELETE /api/saved-filters/<saved_filter_id>
        GET /api/saved-filters/<saved_filter_id>
        PATCH /api/saved-filters/<saved_filter_id>
        PUT /api/saved-filters/<saved_filter_id>
        DELETE /api/user
        GET /api/user/activity
        PUT /api/user/email
        GET /api/user/export
        POST /api/user/export
        DELETE /api/user/otp
        GET /api/user/otp
        POST /api/user/otp
        POST /api/user/otp/confirm
        POST /api/user/otp/recovery-codes
        PUT /api/user/password
        DELETE /api/user/picture
        GET /api/user/picture
        PUT /api/user/picture
        GET /api/user/profile
        PATCH /api/user/profile
        PUT /api/user/profile
        GET /api/user/settings
        PATCH /api/user/settings
        PUT /api/user/settings
        GET /api/user/tokens
        POST /api/user/tokens
        DELETE /api/user/tokens/<token_id>
        POST /invitation
        GET /ledgers
        POST /ledgers
        GET /ledgers/new
        GET /pictures/<user_id>
        POST /saved-filters
        POST /saved-filters/<saved_filter_id>
        POST /saved-filters/<saved_filter_id>/delete
        GET /settings
        GET /settings/devices
        POST /settings/devices/<session_id>/revoke
        POST /settings/devices/revoke-others
        GET /settings/privacy
        GET /settings/privacy/erase
        POST /settings/privacy/erase
        POST /settings/privacy/export
        GET /settings/privacy/export.zip
        GET /settings/profile
        POST /settings/profile
        POST /settings/profile/picture
        POST /settings/profile/picture/delete
        GET /settings/profile/sample
        GET /settings/security
        GET /settings/security/email
        POST /settings/security/email
        GET /settings/security/identities
        POST /settings/security/identities
        GET /settings/security/identities/<identity_id>/remove
        POST /settings/security/identities/<identity_id>/remove
        GET /settings/security/one-time-password
        POST /settings/security/one-time-password
        POST /settings/security/one-time-password/confirm
        POST /settings/security/one-time-password/recovery-codes
        POST /settings/security/one-time-password/remove
        GET /settings/security/passkeys
        POST /settings/security/passkeys
        GET /settings/security/passkeys/<passkey_id>/remove
        POST /settings/security/passkeys/<passkey_id>/remove
        POST /settings/security/passkeys/options
        GET /settings/security/password
        POST /settings/security/password
        POST /settings/security/password/link
        GET /settings/tokens
        POST /settings/tokens
        POST /settings/tokens/<token_id>/revoke
        POST /sign-out
        POST /verify-email/resend
    """,
    "see": """
        GET /
        GET /accounts
        GET /accounts/<account_id>
        GET /api/accounts
        GET /api/accounts/<account_id>
        GET /api/accounts/<account_id>/balance
        GET /api/accounts/<account_id>/history
        GET /api/accounts/<account_id>/reconciliations
        GET /api/accounts/<account_id>/reconciliations/<reconciliation_id>
        GET /api/bulk-changes
        GET /api/bulk-changes/<bulk_change_id>
        GET /api/categories
        GET /api/categories/suggestion
        GET /api/categories/<category_id>
        GET /api/categories/<category_id>/usage
        GET /api/expenses
        GET /api/expenses/<transaction_id>
        GET /api/imports
        GET /api/imports/<import_id>
        GET /api/imports/<import_id>/rejected.csv
        GET /api/imports/<import_id>/rows
        GET /api/ledgers/<ledger_id>
        GET /api/ledgers/<ledger_id>/activity
        GET /api/ledgers/<ledger_id>/members
        GET /api/ledgers/<ledger_id>/members/<member_id>
        GET /api/payees
        GET /api/payees/<payee_id>
        GET /api/tags
        GET /api/tags/<tag_id>
        GET /api/receipts/<receipt_id>
        GET /api/receipts/<receipt_id>/file
        GET /api/receipts/<receipt_id>/thumbnail
        GET /api/reports/monthly
        GET /api/rules
        POST /api/rules/preview
        GET /api/rules/<rule_id>
        GET /api/transactions
        GET /api/transactions/<transaction_id>
        GET /api/transactions/<transaction_id>/history
        GET /api/transactions/<transaction_id>/receipts
        GET /bulk-changes
        GET /api/transfers/matches
        GET /api/transfers/matches/refusals
        GET /categories
        GET /categories/suggestion
        GET /categories/suggestions
        GET /payees
        GET /tags
        GET /imports
        GET /imports/<import_id>
        GET /imports/<import_id>/rejected.csv
        GET /ledgers/<ledger_id>/activity
        GET /ledgers/<ledger_id>/members
        GET /ledgers/<ledger_id>/members/leave
        POST /ledgers/<ledger_id>/members/leave
        GET /months/<year>/<month>
        GET /receipts/<receipt_id>/file
        GET /receipts/<receipt_id>/thumbnail
        GET /rules
        GET /transactions
        GET /transactions/<transaction_id>
        GET /transactions/<transaction_id>/history
        GET /transactions/<transaction_id>/row
        GET /transfers
        GET /transfers/refused
    """,
    "export": """
        GET /api/exports/transactions
        GET /exports/transactions
    """,
    "edit": """
        POST /accounts
        POST /accounts/<account_id>
        POST /accounts/<account_id>/archive
        GET /accounts/<account_id>/delete
        POST /accounts/<account_id>/delete
        GET /accounts/<account_id>/edit
        POST /accounts/<account_id>/move
        GET /accounts/<account_id>/reconcile
        POST /accounts/<account_id>/reconcile
        POST /accounts/<account_id>/reconciliations
        POST /accounts/<account_id>/reconciliations/<reconciliation_id>/undo
        POST /accounts/<account_id>/unarchive
        GET /accounts/new
        POST /api/accounts
        DELETE /api/accounts/<account_id>
        PATCH /api/accounts/<account_id>
        PUT /api/accounts/<account_id>
        POST /api/accounts/<account_id>/marks
        POST /api/accounts/<account_id>/reconciliations
        DELETE /api/accounts/<account_id>/reconciliations/<reconciliation_id>
        POST /api/bulk-changes
        DELETE /api/bulk-changes/<bulk_change_id>
        POST /api/categories
        DELETE /api/categories/<category_id>
        PATCH /api/categories/<category_id>
        PUT /api/categories/<category_id>
        POST /api/categories/<category_id>/merge
        POST /api/expenses
        DELETE /api/expenses/<transaction_id>
        PATCH /api/expenses/<transaction_id>
        PUT /api/expenses/<transaction_id>
        DELETE /api/payees/<payee_id>
        PATCH /api/payees/<payee_id>
        POST /api/payees/<payee_id>/merge
        DELETE /api/tags/<tag_id>
        PATCH /api/tags/<tag_id>
        POST /api/tags/<tag_id>/merge
        DELETE /api/receipts/<receipt_id>
        POST /api/rules
        POST /api/rules/apply
        DELETE /api/rules/<rule_id>
        PATCH /api/rules/<rule_id>
        PUT /api/rules/<rule_id>
        POST /api/transactions
        POST /api/transactions/bulk
        DELETE /api/transactions/<transaction_id>
        PATCH /api/transactions/<transaction_id>
        PUT /api/transactions/<transaction_id>
        POST /api/transactions/<transaction_id>/receipts
        POST /api/transactions/<transaction_id>/duplicate
        POST /api/transactions/<transaction_id>/restore
        POST /bulk-changes/<bulk_change_id>/undo
        POST /api/transfers/<transfer_id>/take-apart
        POST /api/transfers/matches
        POST /api/transfers/matches/refusals
        DELETE /api/transfers/matches/refusals/<expense_id>/<income_id>
        POST /categories
        POST /categories/<category_id>
        POST /categories/<category_id>/archive
        GET /categories/<category_id>/delete
        POST /categories/<category_id>/delete
        GET /categories/<category_id>/edit
        GET /categories/<category_id>/merge
        POST /categories/<category_id>/merge
        POST /categories/suggestion/refuse
        POST /categories/suggestions/<payee_id>
        POST /payees/<payee_id>
        POST /payees/<payee_id>/delete
        GET /payees/<payee_id>/edit
        GET /payees/<payee_id>/merge
        POST /payees/<payee_id>/merge
        POST /tags/<tag_id>
        GET /tags/<tag_id>/delete
        POST /tags/<tag_id>/delete
        GET /tags/<tag_id>/edit
        GET /tags/<tag_id>/merge
        POST /tags/<tag_id>/merge
        POST /categories/<category_id>/unarchive
        GET /categories/new
        GET /receipts/<receipt_id>/delete
        POST /receipts/<receipt_id>/delete
        POST /rules
        POST /rules/<rule_id>
        POST /rules/<rule_id>/activate
        POST /rules/<rule_id>/deactivate
        GET /rules/<rule_id>/delete
        POST /rules/<rule_id>/delete
        GET /rules/<rule_id>/edit
        POST /rules/<rule_id>/move
        GET /rules/apply
        POST /rules/apply
        GET /rules/new
        POST /rules/preview
        POST /transactions
        POST /transactions/<transaction_id>
        GET /transactions/<transaction_id>/delete
        POST /transactions/<transaction_id>/delete
        GET /transactions/<transaction_id>/edit
        POST /transactions/<transaction_id>/receipts
        POST /transactions/<transaction_id>/restore
        POST /transactions/<transaction_id>/row
        GET /transactions/<transaction_id>/row/edit
        POST /transactions/bulk
        POST /transactions/bulk/choose
        GET /transactions/new
        POST /transfers
        POST /transfers/<transfer_id>/take-apart
        POST /transfers/refused/<expense_id>/<income_id>/offer
        GET /transfers/with/<transaction_id>
    """,
    "import": """
        POST /api/imports
        DELETE /api/imports/<import_id>
        PATCH /api/imports/<import_id>
        POST /api/imports/<import_id>/commit
        POST /imports/<import_id>
        POST /imports/<import_id>/answers
        POST /imports/<import_id>/commit
        GET /imports/<import_id>/mapping
        POST /imports/<import_id>/mapping
        POST /imports/<import_id>/retry
        POST /imports/<import_id>/undo
        GET /imports/new
        POST /imports/new
    """,
    "manage": """
        DELETE /api/ledgers/<ledger_id>
        PATCH /api/ledgers/<ledger_id>
        PUT /api/ledgers/<ledger_id>
        POST /api/ledgers/<ledger_id>/hand-over
        GET /api/ledgers/<ledger_id>/invitations
        POST /api/ledgers/<ledger_id>/invitations
        DELETE /api/ledgers/<ledger_id>/invitations/<invitation_id>
        GET /api/ledgers/<ledger_id>/invitations/<invitation_id>
        POST /api/ledgers/<ledger_id>/members
        DELETE /api/ledgers/<ledger_id>/members/<member_id>
        PATCH /api/ledgers/<ledger_id>/members/<member_id>
        POST /api/ledgers/<ledger_id>/restore
        POST /ledgers/<ledger_id>
        POST /ledgers/<ledger_id>/archive
        GET /ledgers/<ledger_id>/delete
        POST /ledgers/<ledger_id>/delete
        GET /ledgers/<ledger_id>/edit
        POST /ledgers/<ledger_id>/invitations
        GET /ledgers/<ledger_id>/invitations/<invitation_id>/revoke
        POST /ledgers/<ledger_id>/invitations/<invitation_id>/revoke
        POST /ledgers/<ledger_id>/members
        GET /ledgers/<ledger_id>/members/<member_id>
        POST /ledgers/<ledger_id>/members/<member_id>
        GET /ledgers/<ledger_id>/members/<member_id>/hand-over
        POST /ledgers/<ledger_id>/members/<member_id>/hand-over
        GET /ledgers/<ledger_id>/members/<member_id>/remove
        POST /ledgers/<ledger_id>/members/<member_id>/remove
        POST /ledgers/<ledger_id>/restore
        POST /ledgers/<ledger_id>/unarchive
    """,
    "administer": """
        GET /admin
        GET /admin/activity
        GET /admin/health
        GET /admin/invitations
        POST /admin/invitations
        GET /admin/invitations/<invitation_id>/revoke
        POST /admin/invitations/<invitation_id>/revoke
        GET /admin/jobs
        GET /admin/jobs/<job_id>/drop
        POST /admin/jobs/<job_id>/drop
        POST /admin/jobs/<job_id>/retry
        GET /admin/mails
        POST /admin/mails/<mail_id>/retry
        POST /admin/mails/test
        GET /admin/settings
        POST /admin/settings
        GET /admin/users
        GET /admin/users/<user_id>
        GET /admin/users/<user_id>/<deed>
        POST /admin/users/<user_id>/<deed>
        GET /admin/users/<user_id>/erase
        POST /admin/users/<user_id>/erase
        GET /api/admin/activity
        GET /api/admin/health
        GET /api/admin/jobs
        DELETE /api/admin/jobs/<job_id>
        POST /api/admin/jobs/<job_id>/retry
        POST /api/admin/mail-test
        POST /api/admin/mails/<mail_id>/retry
        GET /api/admin/mails/failed
        GET /api/admin/registration-invitations
        POST /api/admin/registration-invitations
        DELETE /api/admin/registration-invitations/<invitation_id>
        GET /api/admin/registration-invitations/<invitation_id>
        GET /api/admin/settings
        PATCH /api/admin/settings
        GET /api/admin/statistics
        GET /api/admin/users
        DELETE /api/admin/users/<user_id>
        GET /api/admin/users/<user_id>
        PATCH /api/admin/users/<user_id>
        POST /api/admin/users/<user_id>/password-reset
        POST /api/admin/users/<user_id>/sign-out
    """,
}
"""Every route by who may use it: as it is marked, and as somebody read it before it was added."""

ROUTES = {
    " ".join(line.split()): access
    for access, lines in _ROUTES.items()
    for line in lines.strip().splitlines()
}
"""Who may use a route, by its method and rule; converters are left out of the rule."""

BY_TOKEN = {"POST /api/auth/refresh"}
"""Open to everybody, and refuses who brings no refresh token of somebody who may sign in."""

ELSEWHERE = {
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/callback",
    "POST /settings/security/identities",
}
"""What only an instance with an OpenID provider has; this one has none, and answers 404."""

_MAY = {
    "viewer": {"see", "export"},
    "editor": {"see", "export", "edit", "import"},
    "owner": {"see", "export", "edit", "import", "manage"},
}
LEAVING = "DELETE /api/ledgers/<ledger_id>/members/<member_id>"
"""What takes a member out of a ledger: for others it is managing, and for oneself leaving."""


def outcome(kind: str, route: str, about: str) -> str:
    """Return what a kind of person gets of a route: allowed, refused, forbidden or missing.

    ``about`` says what the request is about: "own" is the ledger that was shared, or a thing of the
    person; "plain" leaves the ledger open, which is then their own; "foreign" is another ledger, or
    another person's; "missing" is nothing at all; "mixed" is the shared ledger with something that
    is not in it.
    """
    access = "signed_in" if route in BY_TOKEN else ROUTES[route]
    if access == "public":
        return "missing" if route in ELSEWHERE else "allowed"
    if kind in {"anonymous", "disabled"}:
        return "refused"
    if about in {"foreign", "missing"}:
        return "missing"
    allowed = _allows(kind, access, about)
    if allowed == "allowed" and (about == "mixed" or route in ELSEWHERE):
        return "missing"
    # Everybody may leave, so whom it is about is looked for first.
    return "missing" if about == "mixed" and route == LEAVING else allowed


def _allows(kind: str, access: str, about: str) -> str:
    """Return what somebody who is signed in gets of what there is."""
    if access == "administer":
        return "allowed" if kind == "administrator" else "missing"
    if access == "signed_in" or about == "plain":
        return "allowed"
    if kind not in _MAY:
        return "missing"
    return "allowed" if access in _MAY[kind] else "forbidden"
