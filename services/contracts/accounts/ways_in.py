"""Accounts: by what a parent may come in, beside the password."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.values import Secret
from contracts.errors import DomainError
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

    Raises NotSignedIn, WrongPassword (contracts.accounts.own_account), TooManyAttempts.
    """

    password: Secret


class OnlyWayIn(DomainError):
    """Without it nobody could come in any more."""

    code = "only_way_in"
