"""Accounts: how agents sign in: a password, then a code of an authenticator application (TOTP, RFC 6238)."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from contracts.accounts.identity import SignedInView
from contracts.accounts.values import Login, Secret
from contracts.errors import DomainError
from contracts.messages import Command, Question, View

Code = Annotated[str, Field(max_length=100, repr=False)]


class TicketView(View):
    """The password was right. `ticket` stands for it while the code is asked; it opens nothing by itself."""

    ticket: Secret
    enrolled: bool = Field(description="False: an authenticator must be set up first")


class SignInAgent(Command[TicketView]):
    """The first half of an agent's sign-in. Raises WrongCredentials (never says which part), TooManyAttempts, and
    AgentSuspended only to who knows the password."""

    email: Login
    password: Secret


class EnrolmentOffer(View):
    """What an authenticator application must be told: `uri` as a QR code, or `secret` (base32) by hand."""

    secret: Secret
    uri: Secret
    expires_at: AwareDatetime


class ReadEnrolment(Question[EnrolmentOffer]):
    """The authenticator to set up with a ticket. Raises TicketExpired, also when there is nothing to set up."""

    ticket: Secret


class ProvenView(SignedInView):
    """An agent signed in. `recovery_left`: how many recovery codes remain, when one was used."""

    recovery_left: int | None = None


class ProveSecondFactor(Command[ProvenView]):
    """The second half. `code`: six digits, each accepted once, or a recovery code.

    Raises TicketExpired, CodeRefused, AgentSuspended, TooManyAttempts.
    """

    ticket: Secret
    code: Code


class EnrolledView(SignedInView):
    """An agent signed in with a new authenticator. `recovery_codes` are told this once."""

    recovery_codes: list[str] = Field(repr=False)


class EnrolSecondFactor(Command[EnrolledView]):
    """The second half of the first sign-in: the code proves that the application was set up.

    Raises TicketExpired, CodeRefused, AgentSuspended, TooManyAttempts.
    """

    ticket: Secret
    code: Code


class RenewRecoveryCodes(Command[list[str]]):
    """Ten new recovery codes; those before are void. An agent, with a code of their application.

    Raises NotSignedIn, CodeRefused, TooManyAttempts.
    """

    code: Code


class TicketExpired(DomainError):
    """Too old, used, or never ours: the password must be typed again."""

    code = "ticket_expired"


class CodeRefused(DomainError):
    """Not the code of now, or one that was used."""

    code = "code_refused"


class AgentSuspended(DomainError):
    """An administrator has suspended this agent's access."""

    code = "agent_suspended"
