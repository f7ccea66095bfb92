"""Accounts: what was done on an account."""

from enum import StrEnum


class Action(StrEnum):
    """What a line of the journal tells. Each has its sentence in `gateway/sentences/journal.py`; a test asks for it."""

    REGISTERED = "registered"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    KEY_REDEEMED = "key_redeemed"
    QUOTIENT_ASKED = "quotient_asked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    SECOND_FACTOR_ENROLLED = "second_factor_enrolled"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    AGENT_INVITED = "agent_invited"
    ROLES_CHANGED = "roles_changed"
    AGENT_SUSPENDED = "agent_suspended"
    AGENT_REACTIVATED = "agent_reactivated"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_REFUSED = "passkey_refused"
    FEDERATED_LINKED = "federated_linked"
    FEDERATED_UNLINKED = "federated_unlinked"
    CONSENT_ANSWERED = "consent_answered"
    FAMILY_CERTIFIED = "family_certified"
    FILE_CHANGED = "file_changed"
    FILE_CHANGE_WITHDRAWN = "file_change_withdrawn"
    CUSTODY_ANSWERED = "custody_answered"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    PHONE_CHANGE_ASKED = "phone_change_asked"
    PHONE_CHANGED = "phone_changed"
    PHONE_FORGOTTEN = "phone_forgotten"
    CONTACT_CHANGE_REFUSED = "contact_change_refused"
    SESSIONS_CLOSED = "sessions_closed"
    DOCUMENT_OPENED = "document_opened"
    DATA_EXPORTED = "data_exported"
    MAIL_CHOSEN = "mail_chosen"
