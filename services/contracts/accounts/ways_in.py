"""Accounts: by what a parent may come in, beside the password."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.values import Secret
from contracts.errors import DomainError, Invalid
from contracts.messages import Command, Question, View


class PasskeyView(View):
    """A passkey of the account. `synced`: kept by a manager that brings it to the person's other devices."""

    passkey_id: UUID
    name: str
    created_at: AwareDatetime
    last_used_at: AwareDatetime | None = None
    synced: bool = False


class FederatedView(View):
    """An identity of another provider (FranceConnect) that opens the account."""

    issuer: str
    linked_at: AwareDatetime
    last_used_at: AwareDatetime | None = None


class WaysInView(View):
    """Everything that opens the account. `has_password` is False for who came by FranceConnect and chose none."""

    has_password: bool
    passkeys: list[PasskeyView] = Field(default_factory=list)
    federated: list[FederatedView] = Field(default_factory=list)


class ListWaysIn(Question[WaysInView]):
    """The citizen's own. Raises NotSignedIn."""


class ConfirmPassword(Command[None]):
    """The citizen's password, typed again before something that matters.

    Raises NotSignedIn, WrongPassword, NoPassword, TooManyAttempts.
    """

    password: Secret


class WrongPassword(Invalid):
    """Typed again, and not the account's."""

    code = "password_wrong"


class NoPassword(DomainError):
    """The account has none yet: one is chosen by the link of a mail."""

    code = "password_none"


class OnlyWayIn(DomainError):
    """Without it nobody could come in any more."""

    code = "only_way_in"
