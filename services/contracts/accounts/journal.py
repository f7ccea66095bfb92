"""Accounts: what was done on an account."""

from enum import StrEnum


class Action(StrEnum):
    """What a line of the journal tells."""

    REGISTERED = "registered"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    KEY_REDEEMED = "key_redeemed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
