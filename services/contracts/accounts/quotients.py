"""Accounts: the quotient familial a family proves, by a document or by letting the town ask the CAF or the MSA.

A quotient is of a month and in whole euros; unknown is no row, which is not zero.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.accounts.families import QuotientView
from contracts.accounts.values import Name
from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Message, Question, View

Cog = Annotated[str, StringConstraints(pattern=r"^99\d{3}$")]
FRANCE = "99100"


class FetchState(StrEnum):
    """What became of an asking. `waiting` may last a day: the asking is repeated while the answer is late."""

    WAITING = "waiting"
    FOUND = "found"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"


class CivilStatus(Message):
    """The person the CAF or the MSA is asked about, as on the birth certificate.

    `country`: INSEE's code (COG), 99100 for France; born in France, `birth_place` and `department` (INSEE's code, two
    or three signs) say where. `sex`: F or M.
    """

    birth_name: Name
    usage_name: str = Field(default="", max_length=300)
    first_names: Name
    birth_date: date
    sex: str = Field(pattern="^[FM]$")
    country: Cog = FRANCE
    birth_place: str = Field(default="", max_length=200)
    department: str = Field(default="", pattern=r"^(?:\d{2,3}|2[AB])?$")


class FetchView(View):
    """The last asking of a family. `quotient` once found; `supplier`: CAF or MSA."""

    state: FetchState
    asked_at: AwareDatetime
    asked_by: str
    quotient: QuotientView | None = None


class GivenDocumentView(View):
    """A document given to the family's file. `read_at`: an agent has opened it."""

    share_id: UUID
    document_type: str
    given_at: AwareDatetime
    read_at: AwareDatetime | None = None


class QuotientPage(View):
    """What a family can know and do about its quotient. `can_fetch`: the town may ask the CAF or the MSA."""

    family_id: UUID
    label: str
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    quotients: list[QuotientView] = Field(description="Newest month first")
    can_fetch: bool = False
    fetch: FetchView | None = None
    documents: list[GivenDocumentView] = Field(default_factory=list, description="Newest first")


class QuotientOf(Question[QuotientPage]):
    """Of one of the caller's families. Citizens. Raises NotFound."""

    family_id: UUID


class FetchQuotient(Command[QuotientPage]):
    """Lets the town ask the CAF or the MSA, with the family's agreement (Code des relations entre le public et
    l'administration, art. L114-8). The answer comes later: see `QuotientPage.fetch`. Citizens.

    Raises NotFound, FetchOff, FetchUnderway, NotAgreed, NotThatPerson, TooManyAttempts.
    """

    family_id: UUID
    person: CivilStatus
    agreed: bool


class FetchOff(Conflict):
    """This town does not ask the CAF: the family gives a document."""

    code = "quotient_fetch_off"


class FetchUnderway(Conflict):
    """The family has asked already and the answer is still awaited."""

    code = "quotient_fetch_underway"


class NotAgreed(Invalid):
    """Nothing is asked without the family's agreement. `problems`: {"agreed": "agreement_needed"}."""

    code = "quotient_not_agreed"


class NotThatPerson(Invalid):
    """The names are not those of the guardian whose account this is. `problems`: {"birth_name": …}."""

    code = "quotient_not_that_person"
