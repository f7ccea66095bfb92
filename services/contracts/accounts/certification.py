"""Accounts: « Valider mes données familles », the certification of a family's data, once a school year and home."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.families import FamilyView
from contracts.accounts.imports import PlaceView
from contracts.errors import Conflict
from contracts.messages import Command, Question, View


class Section(StrEnum):
    """The parts of the page, in their order."""

    GUARDIANS = "guardians"
    CHILDREN = "children"
    CONTACTS = "contacts"
    INSURANCE = "insurance"
    HEALTH = "health"
    CONSENTS = "consents"
    QUOTIENT = "quotient"


class PointState(StrEnum):
    """What the review finds of a point."""

    OK = "ok"
    MISSING = "missing"
    EXPIRED = "expired"
    TO_CONFIRM = "to_confirm"
    AWAITING_REVIEW = "awaiting_review"


class PointView(View):
    """One thing the town knows, or does not. `value` is in French, ready to be read; empty when unknown.

    `code` names what it is (`phone`, `insurance` …); `label` is the name of a consent. `blocks`: nothing can be signed
    before it is mended.
    """

    section: Section
    code: str
    subject: str = ""
    subject_id: UUID | None = None
    label: str = ""
    state: PointState
    value: str = Field(default="", repr=False)
    was: str = Field(default="", repr=False, description="What was signed, where it is another now")
    blocks: bool = False


class SignatureView(View):
    """Who certified the family's data, and what has changed since."""

    school_year: str
    signed_at: AwareDatetime
    signed_by: str
    statement: str
    reference: str = Field(description="First signs of the digest of what was signed")
    changed_since: list[PointView] = Field(
        default_factory=list, description="As they are now, and as they `was`; without value what is gone"
    )


class CertificationView(View):
    """The page: everything the town knows of a home, what is missing or expired, and the signature."""

    family: FamilyView
    school_year: str
    points: list[PointView]
    signature: SignatureView | None = None
    signer: str = Field(default="", description="The guardian who would sign")
    statement: str = ""
    reference: str = Field(description="First signs of the digest of what would be signed now")


class ReviewFamily(Question[CertificationView]):
    """Everything of a home, looked through. Its guardians; agents with family_files, whose reading is recorded and
    to whom health is shown with role health only. NotFound for anybody else."""

    family_id: UUID


class CertifyFamily(Command[CertificationView]):
    """Signs, for the school year that is certified now. Guardians of the home.

    `reference`: of what the page showed; raises CertificationOutdated when something has changed meanwhile,
    CertificationBlocked, AlreadyCertified, NotFound.
    """

    family_id: UUID
    school_year: str = Field(pattern=r"^\d{4}-\d{4}$")
    reference: str = Field(max_length=64)


class CertificationBlocked(Conflict):
    """Something without which nothing is signed is missing. `points`: how many."""

    code = "certification_blocked"


class CertificationOutdated(Conflict):
    """What the page showed is not what would be signed any more."""

    code = "certification_outdated"


class AlreadyCertified(Conflict):
    """Signed already for this school year. `by`."""

    code = "already_certified"


class UncertifiedRow(View):
    """A family that has not signed: what is missing or expired, as codes of points, each once."""

    family_id: UUID
    number: str
    label: str
    children: list[str]
    schools: list[str]
    accounts: int = Field(description="Guardians who have linked their account")
    missing: list[str]
    reminded_on: date | None = None


class UncertifiedPage(View):
    """Families with a child at school that have not signed for the year. `counts`: code → families, with a filter."""

    school_year: str
    families: list[UncertifiedRow]
    places: list[PlaceView]
    counts: dict[str, int]
    certified: int
    page: int
    pages: int
    total: int


class ListUncertified(Question[UncertifiedPage]):
    """Role family_files. `missing`: a code of point; `everything`: one page of all, for the file to be printed."""

    place_code: str = Field(default="", max_length=40)
    missing: str = Field(default="", max_length=40)
    page: int = Field(default=1, ge=1)
    everything: bool = False
