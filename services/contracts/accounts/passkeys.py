"""Accounts: passkeys (WebAuthn), a second way in for parents.

Options and credentials travel as the JSON of the specification (WebAuthn level 3, § 5.1.8 and § 5.1.9), untouched.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.accounts.identity import SignedInView
from contracts.accounts.values import Secret
from contracts.accounts.ways_in import PasskeyView
from contracts.errors import DomainError, Invalid
from contracts.messages import Command, View

PasskeyName = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Credential = Annotated[str, Field(max_length=20_000, repr=False)]


class CeremonyView(View):
    """What the browser needs to speak to an authenticator. `options`: JSON."""

    ceremony_id: UUID
    options: str


class StartPasskey(Command[CeremonyView]):
    """A citizen wants another passkey and types the password again.

    Raises NotSignedIn, WrongPassword, TooManyPasskeys, TooManyAttempts.
    """

    password: Secret


class AddPasskey(Command[PasskeyView]):
    """The authenticator's answer. Raises NotSignedIn, PasskeyRefused, TooManyPasskeys."""

    ceremony_id: UUID
    credential: Credential
    name: PasskeyName


class RenamePasskey(Command[None]):
    """A citizen's own. Raises NotSignedIn, NotFound."""

    passkey_id: UUID
    name: PasskeyName


class RemovePasskey(Command[None]):
    """A citizen's own. Raises NotSignedIn, NotFound, OnlyWayIn."""

    passkey_id: UUID


class StartPasskeySignIn(Command[CeremonyView]):
    """Anybody. Raises TooManyAttempts."""


class SignInWithPasskey(Command[SignedInView]):
    """Whatever is wrong, unknown passkey included: PasskeyRefused. Raises TooManyAttempts."""

    ceremony_id: UUID
    credential: Credential


class PasskeyRefused(Invalid):
    """Not a passkey that opens anything here, or the question it answers is over. Never says which."""

    code = "passkey_refused"


class TooManyPasskeys(DomainError):
    """`most`: how many an account may have."""

    code = "passkeys_full"
