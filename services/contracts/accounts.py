"""What one may ask of accounts: the import of a school, activation keys, accounts, families, the outgoing mail.

Instants are aware datetimes, `month` a month's first day, a quotient familial whole euros. Lists are paged: `page`
counts from 1 and `total` is the whole. A password or a key in a command is never written down: such commands are
made idempotent by the row they change, not by the journal of commands.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.caller import Kind, Role
from contracts.errors import Conflict, DomainError, Invalid
from contracts.messages import Command, Message, Question, View

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=320, strip_whitespace=True)]
Secret = Annotated[str, Field(max_length=1024, repr=False)]
PlaceCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]

# ---------------------------------------------------------------- the import of a school


class SourceFile(StrEnum):
    """Which of the two files of the export a row stands in."""

    PUPILS = "pupils"
    GUARDIANS = "guardians"


class Outcome(StrEnum):
    """What became of a row; each row has exactly one."""

    UNDERSTOOD = "understood"
    DOUBTFUL = "doubtful"
    REJECTED = "rejected"


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEW = "preview"
    APPLIED = "applied"
    ABANDONED = "abandoned"


class FileReference(Message):
    """A file left in the bucket of imports (claim check); `name` as the agent's computer calls it."""

    key: str
    name: str = Field(max_length=200)


class PlaceView(View):
    """A school known from enrolment's facts."""

    place_code: str
    name: str


class OptionView(View):
    """An answer to a doubt. `label` is shown as it is: names and addresses of the file; `code` says the rest."""

    value: str
    code: str = Field(description="`moved`, `two_homes`, `two_people`, `same_child`, `leave_out`")
    label: str = ""


class DoubtView(View):
    """Something the file does not tell, for the agent to decide. `kind`: `adult` or `child`."""

    doubt_id: str
    kind: str
    name: str
    facts: list[str] = Field(description="What the file says: one line per home or per row")
    lines: list[int] = Field(description="Lines of the guardians' file, the header being line 1")
    options: list[OptionView]
    choice: str | None = None
    remembered: bool = Field(default=False, description="The choice comes from an import applied before")


class RowView(View):
    """A row of a file. `reason`: code of a rejection; `remarks`: codes of what is worth knowing."""

    file: SourceFile
    line: int
    outcome: Outcome
    label: str
    detail: str = ""
    reason: str = ""
    remarks: list[str] = Field(default_factory=list)


class RowCounts(View):
    """Adds up: understood + doubtful + rejected = total."""

    total: int = 0
    understood: int = 0
    doubtful: int = 0
    rejected: int = 0


class ChangeCounts(View):
    """What applying would do, or did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def nothing(self) -> bool:
        """No row would be written."""
        return not self.new and not self.changed


class ImportView(View):
    """An import in the list of imports."""

    import_id: UUID
    place_code: str
    place_name: str
    state: ImportState
    started_at: AwareDatetime
    started_by: str
    applied_at: AwareDatetime | None = None
    pupils: RowCounts = RowCounts()
    guardians: RowCounts = RowCounts()
    families: ChangeCounts = ChangeCounts()
    children: ChangeCounts = ChangeCounts()
    adults: ChangeCounts = ChangeCounts()
    two_homes: int = Field(default=0, description="Children who belong to more than one family")
    doubts: int = 0
    doubts_open: int = 0


class HomeView(View):
    """A household as the import formed it. `state`: `new`, `changed`, `unchanged`."""

    address: str
    guardians: list[str]
    children: list[str]
    state: str = "new"


class ImportPage(View):
    """The preview: the counts, the doubts, and one page of rows or of households."""

    summary: ImportView
    doubts: list[DoubtView] = Field(default_factory=list)
    rows: list[RowView] = Field(default_factory=list)
    homes: list[HomeView] = Field(default_factory=list)
    page: int = 1
    pages: int = 1
    total: int = 0


class ImportsPage(View):
    """The schools that can be imported and the last imports."""

    places: list[PlaceView]
    imports: list[ImportView]


class ListImports(Question[ImportsPage]):
    """Role family_files."""


class OpenImport(Question[ImportPage]):
    """Role family_files. `show`: an outcome, a file, `homes`, or empty for every row."""

    import_id: UUID
    show: str = ""
    page: int = Field(default=1, ge=1)


class StartImport(Command[ImportView]):
    """Reads the two files and keeps what they say as a plan. Role family_files. Raises ImportUnreadable."""

    place_code: PlaceCode
    pupils: FileReference
    guardians: FileReference


class DecideImport(Command[ImportView]):
    """Answers doubts: {doubt_id: option value}. Raises ImportClosed."""

    import_id: UUID
    choices: dict[str, str]


class ApplyImport(Command[ImportView]):
    """Writes the plan in one transaction; again changes nothing. Raises ImportUndecided, ImportClosed."""

    import_id: UUID


class AbandonImport(Command[ImportView]):
    """Forgets the plan and its files. Raises ImportClosed."""

    import_id: UUID


class ImportUnreadable(Invalid):
    """The file is not the export it should be. `file`; `why`: `empty`, `columns`, `not_text`, `swapped`; `columns`."""

    code = "import_unreadable"


class ImportUndecided(Conflict):
    """Doubts are still open. `count`."""

    code = "import_undecided"


class ImportClosed(Conflict):
    """Already applied or abandoned. `state`."""

    code = "import_closed"


# ---------------------------------------------------------------- activation keys


class KeyState(StrEnum):
    """What a guardian holds."""

    NONE = "none"
    POSTED = "posted"
    EXPIRED = "expired"
    REDEEMED = "redeemed"


class GuardianRow(View):
    """A guardian on the page of keys. `key`: of the last one issued and not revoked."""

    guardian_id: UUID
    family_id: UUID
    family_number: str
    name: str
    address: str
    children: list[str]
    key: KeyState
    issued_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class KeysPage(View):
    """Guardians to choose from, with the filters there are."""

    places: list[PlaceView]
    classes: list[str]
    guardians: list[GuardianRow]
    page: int
    pages: int
    total: int


class ListGuardians(Question[KeysPage]):
    """Role family_files. `state`: a KeyState, `without_account`, or empty for all."""

    place_code: str = ""
    class_name: str = ""
    state: str = "without_account"
    text: str = ""
    page: int = Field(default=1, ge=1)


class KeyLetter(View):
    """What one letter needs. `key` is in clear here and nowhere else."""

    guardian_id: UUID
    name: str
    street: str
    postcode: str
    city: str
    family_number: str
    children: list[str]
    key: str = Field(repr=False)
    expires_on: date


class IssueKeys(Command[list[KeyLetter]]):
    """A new key each; the former one is void. The same command prints the same letters. Role family_files."""

    guardian_ids: list[UUID] = Field(min_length=1, max_length=500)


class RevokeKey(Command[None]):
    """The guardian's posted key opens nothing any more. Role family_files."""

    guardian_id: UUID


class KeyUnknown(Invalid):
    """No such key, or it was revoked: the two are not told apart."""

    code = "key_unknown"


class KeyMistyped(Invalid):
    """Cannot be a key: its length or its check character is wrong. `why`: `length`, `sign`, `check`."""

    code = "key_mistyped"


class KeyExpired(Invalid):
    """It was right, once. `expired_on`."""

    code = "key_expired"


class KeyUsed(Invalid):
    """Another account has used it."""

    code = "key_used"


class KeyOfAnother(Conflict):
    """The account is already that of another adult. `name`: the adult the account belongs to."""

    code = "key_of_another"


# ---------------------------------------------------------------- families


class QuotientView(View):
    """A quotient familial of a month. `source`: where it was read."""

    month: date
    euros: int
    source: str = ""


class MemberView(View):
    """An adult as the other members of the household see them."""

    guardian_id: UUID
    title: str
    first_name: str
    last_name: str
    email: str | None = None
    phone: str = ""
    is_me: bool = False
    has_account: bool = False


class ChildView(View):
    """A child. `elsewhere`: it also belongs to another household, of which nothing is told."""

    child_id: UUID
    first_name: str
    last_name: str
    birth_date: date
    place_code: str | None = None
    place_name: str = ""
    class_name: str = ""
    level: str = ""
    elsewhere: bool = False


class FamilyView(View):
    """A household. `quotient` is None when unknown, which is not zero."""

    family_id: UUID
    number: str
    label: str
    street: str
    postcode: str
    city: str
    guardians: list[MemberView]
    children: list[ChildView]
    quotient: QuotientView | None = None


class AccountView(View):
    """An account, as its owner sees it."""

    account_id: UUID
    title: str = ""
    first_name: str
    last_name: str
    email: str
    phone: str = ""
    created_at: AwareDatetime
    last_sign_in: AwareDatetime | None = Field(default=None, description="The one before this one")


class HouseholdView(View):
    """All that an account opens. `families` is empty until a key was redeemed."""

    account: AccountView
    families: list[FamilyView]


class MyHousehold(Question[HouseholdView]):
    """The account and the families of whoever asks. Raises NotSignedIn."""


class RedeemKey(Command[HouseholdView]):
    """Links the account to the guardian. Raises KeyMistyped, KeyUnknown, KeyExpired, KeyUsed, KeyOfAnother,
    TooManyAttempts. The same account redeeming the same key again gets the same answer."""

    key: Secret


class AccessView(View):
    """An agent opened a family's file."""

    at: AwareDatetime
    agent: str
    action: str


class GuardianFile(View):
    """A guardian, as agents see them."""

    member: MemberView
    key: KeyState
    expires_at: AwareDatetime | None = None


class FamilyFile(View):
    """A family, as agents with the role family_files or billing see it. `accesses`: for administration only."""

    family: FamilyView
    guardians: list[GuardianFile]
    quotients: list[QuotientView] = Field(description="Newest month first")
    resident: bool
    other_homes: dict[UUID, list[UUID]] = Field(description="child → its other families")
    accesses: list[AccessView] = Field(default_factory=list)


class FamilyRow(View):
    """A family in the list."""

    family_id: UUID
    number: str
    label: str
    city: str
    children: list[str]
    accounts: int = Field(description="Guardians who have linked their account")
    guardians: int
    quotient: QuotientView | None = None


class FamiliesPage(View):
    """One page of families."""

    families: list[FamilyRow]
    page: int
    pages: int
    total: int


class SearchFamilies(Question[FamiliesPage]):
    """By surname, child's name or file number. Roles family_files, billing. Empty text: all."""

    text: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1)


class OpenFamily(Question[FamilyFile]):
    """Roles family_files, billing, administration. The access is recorded. Raises NotFound."""

    family_id: UUID


class SetQuotient(Command[FamilyFile]):
    """Gives the QF of a month; None takes it back to unknown. Roles family_files, billing."""

    family_id: UUID
    month: date
    euros: int | None = Field(ge=0, le=99_999)
    source: str = Field(default="", max_length=100)


# ---------------------------------------------------------------- accounts


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
    """Raises WrongCredentials (never says which part), EmailNotConfirmed (only to who knows the password),
    TooManyAttempts."""

    kind: Kind
    email: Email
    password: Secret


class AskReset(Command[None]):
    """« J’ai oublié mon mot de passe »: the answer is a mail, and the same whatever is known of the address."""

    kind: Kind = Kind.CITIZEN
    email: Email


class ResetPassword(Command[SignedInView]):
    """By the link of the mail. Raises LinkExpired, PasswordTooWeak."""

    token: Secret
    password: Secret


class CreateAgent(Command[UUID]):
    """Role administration, or the installation. Without a password, a link to choose one is mailed.

    The same address again changes names and roles, not the password.
    """

    first_name: Name
    last_name: Name
    email: Email
    roles: frozenset[Role]
    password: Annotated[str | None, Field(max_length=1024, repr=False)] = None


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


# ---------------------------------------------------------------- the outgoing mail


class MailState(StrEnum):
    """Where a mail stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class MailRow(View):
    """A mail that could not be sent. `text` is not shown: it may hold a link that opens an account."""

    mail_id: UUID
    to: str
    subject: str
    attempts: int
    error: str
    created_at: AwareDatetime


class MailPage(View):
    """What waits and what failed."""

    queued: int
    failed: list[MailRow]


class FailedMail(Question[MailPage]):
    """Roles family_files, administration."""


class SendAgain(Command[None]):
    """Puts a failed mail back into the queue. Roles family_files, administration."""

    mail_id: UUID
