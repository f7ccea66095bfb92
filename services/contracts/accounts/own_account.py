"""Accounts: one's own account. Its password, its e-mail address, its telephone.

A new address or number holds once both sides have agreed: the new one (a link, a code of six digits), and the
address the account has had (a link). Nothing here tells whether another account has the address asked for.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.values import Email, Secret
from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Question, View


class ChangePassword(Command[None]):
    """Citizens and agents, of their own account. The caller ends the other sessions.

    Raises WrongPassword, PasswordTooWeak (also `password_same`), TooManyAttempts.
    """

    present: Secret
    password: Secret


# ---------------------------------------------------------------- e-mail and telephone


class ContactKind(StrEnum):
    """What is being changed."""

    EMAIL = "email"
    PHONE = "phone"


class Side(StrEnum):
    """Who must agree: whoever reads at the new address (or number), whoever reads at the account's address."""

    NEW = "new"
    OLD = "old"


class PendingContactView(View):
    """A change asked for and not done. `value` as it is read; `new_agreed` is None when the new side is not asked."""

    kind: ContactKind
    value: str
    expires_at: AwareDatetime
    new_agreed: bool | None
    old_agreed: bool
    code_until: AwareDatetime | None = None


class OwnAccountView(View):
    """An account, as its owner sees it. Of two changes asked for, the last of each kind counts."""

    account_id: UUID
    title: str = ""
    first_name: str
    last_name: str
    email: str
    phone: str = Field(default="", description="As it is read: « 06 39 98 12 34 »")
    phone_verified: bool = False
    created_at: AwareDatetime
    families: list[str] = Field(default_factory=list, description="What its households are called")
    has_password: bool = True
    pending: list[PendingContactView] = Field(default_factory=list)


class MyAccount(Question[OwnAccountView]):
    """Citizens. Raises NotSignedIn."""


class AskEmailChange(Command[None]):
    """Mails a link to the address given and one to the present one; the answer is the same whoever has the address.

    Citizens. Raises WrongPassword, TooManyAttempts, Invalid (`email`: `email_same`, `email_unusable`).
    """

    password: Secret
    email: Email


class AskPhoneChange(Command[PendingContactView]):
    """Sends a code to the number and a link to the account's address. A number is read as French when it does not say.

    Citizens. Raises WrongPassword, TooManyAttempts, Invalid (`phone`: `phone_unreadable`, `phone_same`).
    """

    password: Secret
    phone: str = Field(max_length=60)


class SendCodeAgain(Command[None]):
    """Another code to the number being confirmed; the one before is void. Raises LinkExpired, TooManyAttempts."""


class ConfirmCode(Command[OwnAccountView]):
    """The code that came by text message. Citizens. Raises CodeWrong, CodeOver, LinkExpired, TooManyAttempts."""

    code: Annotated[str, Field(max_length=40, repr=False)]


class ForgetPhone(Command[None]):
    """The account has no telephone any more. Citizens."""


class ContactState(StrEnum):
    """Where a change stands."""

    TO_CONFIRM = "to_confirm"
    WAITING = "waiting"
    DONE = "done"
    NOT_DONE = "not_done"


class ContactLinkView(View):
    """What a link is for. `waiting`: this side has agreed, the other not yet; `not_done`: somebody else has the
    address by now (said by a mail to it, and nowhere else)."""

    kind: ContactKind
    side: Side
    state: ContactState
    present: str
    value: str
    expires_at: AwareDatetime
    by_agent: bool = False


class ShowContactLink(Question[ContactLinkView]):
    """What the link of a mail would confirm. Anybody who has it. Raises LinkExpired."""

    token: Secret


class ConfirmContact(Command[ContactLinkView]):
    """This side agrees; the change is done once both have. Raises LinkExpired."""

    token: Secret


class RefusedContactView(View):
    """What was stopped, and whose other sessions the caller ends."""

    account_id: UUID
    kind: ContactKind


class RefuseContact(Command[RefusedContactView]):
    """« Ce n’est pas moi », by the link sent to the account's address: the change is forgotten. Raises LinkExpired."""

    token: Secret


class ChangeAccountEmail(Command[None]):
    """For a parent who no longer reads at the account's address: an agent asks once identity was checked.

    The agent stands for the old side; the new address still confirms by its link, and the old one is told and may
    refuse. Role family_files; the access is recorded. Raises NotFound, EmailTaken, Invalid (`email`).
    """

    guardian_id: UUID
    email: Email
    checked: str = Field(min_length=3, max_length=200, description="What identity was checked by")


# ---------------------------------------------------------------- refusals


class WrongPassword(Invalid):
    """Not the account's present password."""

    code = "present_refused"


class CodeWrong(Invalid):
    """Not the code that was sent. `left`: tries that remain."""

    code = "code_wrong"


class CodeOver(Conflict):
    """Too old, or tried too often: another one has to be asked for."""

    code = "code_over"


class EmailTaken(Conflict):
    """Another account has this address. Only ever said to an agent."""

    code = "email_taken"
