"""Accounts: accounts."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.values import Email, Login, Name, Secret
from contracts.caller import Kind, Role
from contracts.errors import DomainError, Invalid
from contracts.messages import Command, View


class Register(Command[None]):
    """Asks for an account; the answer is a mail, and the same whatever is known of the address.

    Raises PasswordTooWeak, TooManyAttempts.
    """

    title: str = Field(default="", max_length=10)
    first_name: Name
    last_name: Name
    email: Email
    password: Secret


class ConfirmEmail(Command[None]):
    """By the link of the mail. Raises LinkExpired."""

    token: Secret


class SignedInView(View):
    """Who signed in. `last_sign_in`: the one before."""

    account_id: UUID
    kind: Kind
    name: str
    roles: frozenset[Role] = frozenset()
    last_sign_in: AwareDatetime | None = None


class SignIn(Command[SignedInView]):
    """A parent's sign-in; agents have `SignInAgent`. Raises WrongCredentials (never says which part),
    EmailNotConfirmed (only to who knows the password), TooManyAttempts."""

    email: Login
    password: Secret


class AskReset(Command[None]):
    """« J’ai oublié mon mot de passe »: the answer is a mail, and the same whatever is known of the address."""

    kind: Kind = Kind.CITIZEN
    email: Email


class ResetPassword(Command[SignedInView]):
    """By the link of the mail. Raises LinkExpired, PasswordTooWeak."""

    token: Secret
    password: Secret


class OpenAccount(Command[UUID]):
    """A parent's account whose address the installation vouches for: the demonstration, the move from a former portal.

    Only for the installation itself. The same address again answers with the account there is.
    """

    title: str = Field(default="", max_length=10)
    first_name: Name
    last_name: Name
    email: Email
    password: Secret


class WrongCredentials(DomainError):
    """The address, the password, or both."""

    code = "wrong_credentials"


class EmailNotConfirmed(DomainError):
    """The password is right; the mail's link was not followed. It has been sent again."""

    code = "email_not_confirmed"


class PasswordTooWeak(Invalid):
    """`problems`: {"password": `password_short` | `password_guessable` | `password_long`}."""

    code = "password_too_weak"


class LinkExpired(Invalid):
    """The link is too old, was used, or was never ours."""

    code = "link_expired"
