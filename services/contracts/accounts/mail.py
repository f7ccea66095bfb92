"""Accounts: the outgoing mail, and what each account wants of it."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.values import Secret
from contracts.messages import Command, Question, View


class MailState(StrEnum):
    """Where a mail stands. `failed`: our server did not take it; `bounced`: it came back."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


class Why(StrEnum):
    """Why a mail did not arrive, as far as the other server says."""

    UNKNOWN_ADDRESS = "unknown_address"
    UNKNOWN_DOMAIN = "unknown_domain"
    MAILBOX_CLOSED = "mailbox_closed"
    MAILBOX_FULL = "mailbox_full"
    REFUSED = "refused"  # taken for unwanted mail, or a rule of the receiver
    NO_ACCENTS = "no_accents"  # the address has letters that the receiver's server cannot read
    UNREACHABLE = "unreachable"
    OTHER = "other"


class MailRow(View):
    """A mail that did not arrive. Its text is not shown: it may hold a link that opens an account."""

    mail_id: UUID
    to: str
    subject: str
    state: MailState
    kind_label: str
    attempts: int
    why: Why
    error: str = Field(description="The other server's own words")
    created_at: AwareDatetime
    can_resend: bool = Field(description="False when its text is gone: the person must ask again")
    address_fails: bool = Field(description="Nothing arrives there any more")
    name: str = Field(default="", description="Whose account has this address")
    family_id: UUID | None = Field(default=None, description="A family to look the address up in")


class MailPage(View):
    """One page of what did not arrive, newest first; and how many wait, failed, came back."""

    queued: int
    failed: int
    bounced: int
    mails: list[MailRow]
    page: int
    pages: int


class FailedMail(Question[MailPage]):
    """Roles family_files, administration. `text`: part of an address. `state`: failed or bounced; None is both."""

    state: MailState | None = None
    text: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1)


class SendAgain(Command[None]):
    """Puts a mail that did not arrive back into the queue. Roles family_files, administration. Raises NotFound."""

    mail_id: UUID


class MailChoiceView(View):
    """A kind of mail. `always`: why it cannot be switched off; empty, it can."""

    kind: str
    label: str
    category: str
    wanted: bool
    always: str = ""


class MyMailView(View):
    """What an account receives, by category. `failing`: mail to `email` comes back since then."""

    email: str
    kinds: list[MailChoiceView]
    failing: AwareDatetime | None = None
    why: Why | None = None


class MyMail(Question[MyMailView]):
    """The choices of the citizen who asks. Raises NotSignedIn."""


class ChooseMail(Command[MyMailView]):
    """Receives `wanted`, and of the kinds that can be switched off no other. Raises NotSignedIn, Invalid."""

    wanted: frozenset[str]


class TrustMyAddress(Command[None]):
    """« My address is right »: what came back from it before counts no more. Raises NotSignedIn."""


class StopView(View):
    """What a mail's own link switches off. `email` is masked: the link may have been passed on."""

    label: str
    email: str
    stopped: bool


class AboutStop(Question[StopView]):
    """What the link of a mail would switch off. Needs no sign-in. Raises NotFound."""

    token: Secret


class StopMail(Command[StopView]):
    """Switches off the kind of the mail whose link this is (RFC 8058). Needs no sign-in. Raises NotFound."""

    token: Secret
