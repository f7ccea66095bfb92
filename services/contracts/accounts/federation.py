"""Accounts: identities of another provider (FranceConnect). The gateway spoke OpenID Connect with it and vouches for
`issuer` and `subject`, as it vouches for who asks."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.accounts.identity import SignedInView
from contracts.accounts.values import Email, Name, Secret
from contracts.errors import Conflict, DomainError, Invalid
from contracts.messages import Command

Issuer = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=255)]
"""« sub »: at most 255 signs (OpenID Connect Core § 2)."""


class SignInByProvider(Command[SignedInView]):
    """Somebody already linked comes in. Raises IdentityUnknown."""

    issuer: Issuer
    subject: Subject


class RegisterByProvider(Command[None]):
    """Asks for an account without a password; the answer is a mail, and the same whatever is known of the address.

    The mail's link is followed by `ConfirmEmail`. Raises Invalid (`email`), TooManyAttempts.
    """

    title: str = Field(default="", max_length=10)
    first_name: Name
    last_name: Name
    email: Email
    issuer: Issuer
    subject: Subject


class StartLink(Command[UUID]):
    """A citizen will link an identity and types the password again. The answer is good for five minutes.

    Raises NotSignedIn, WrongPassword, TooManyAttempts.
    """

    password: Secret


class LinkProvider(Command[None]):
    """The identity came back. Raises NotSignedIn, LinkOver, IdentityTaken, AlreadyLinked."""

    ceremony_id: UUID
    issuer: Issuer
    subject: Subject


class UnlinkProvider(Command[None]):
    """Raises NotSignedIn, NotFound, OnlyWayIn."""

    issuer: Issuer


class IdentityUnknown(DomainError):
    """No account is linked to it, or none that may be opened."""

    code = "identity_unknown"


class IdentityTaken(Conflict):
    """It opens another account."""

    code = "identity_taken"


class AlreadyLinked(Conflict):
    """The account has one of this provider."""

    code = "already_linked"


class LinkOver(Invalid):
    """The password was typed too long ago, or the link was made already."""

    code = "link_over"
