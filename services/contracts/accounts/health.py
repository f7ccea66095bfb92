"""Accounts: children's health, each to whom it concerns.

Parents of a child see everything of it, in both homes. Role kitchen sees diets, foods to avoid and lunch boxes; role
attendance sees the instructions for an emergency, of the children it calls; role health sees all. Every reading by an
agent is written down. Commands here do not go through the memory of commands, which would keep their words in the
clear: they carry the version that was shown instead, and are harmless when repeated.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.accounts.values import PlaceCode
from contracts.errors import Conflict
from contracts.messages import Command, Message, Question, View

Words = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), Field(repr=False)]
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), Field(repr=False)]


class Diet(StrEnum):
    """Which plate is served."""

    USUAL = "usual"
    WITHOUT_PORK = "without_pork"
    WITHOUT_MEAT = "without_meat"
    VEGETARIAN = "vegetarian"  # neither meat nor fish


class Allergen(StrEnum):
    """The fourteen of regulation (EU) 1169/2011, annex II, in its order."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOYBEANS = "soybeans"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


class Vaccine(StrEnum):
    """Against what. Code de la santé publique, L3111-2."""

    DIPHTHERIA = "diphtheria"
    TETANUS = "tetanus"
    POLIO = "polio"
    PERTUSSIS = "pertussis"
    HIB = "hib"
    HEPATITIS_B = "hepatitis_b"
    PNEUMOCOCCUS = "pneumococcus"
    MENINGOCOCCUS_C = "meningococcus_c"
    MENINGOCOCCUS_ACWY = "meningococcus_acwy"
    MENINGOCOCCUS_B = "meningococcus_b"
    MEASLES = "measles"
    MUMPS = "mumps"
    RUBELLA = "rubella"


class ReadingKind(StrEnum):
    """What an agent read."""

    DIET = "diet"
    EMERGENCY = "emergency"
    AT_HAND = "at_hand"
    SHEET = "sheet"
    CHANGED = "changed"


class DietView(View):
    """What the kitchen needs to serve the right plate. `version` 0: nobody has said anything."""

    diet: Diet = Diet.USUAL
    avoided: list[Allergen] = Field(default_factory=list)
    lunch_box: bool = False
    version: int = 0


class Care(Message):
    """What whoever looks after the child must know, in words. A PAI is looked at again each year."""

    allergies: Words = Field(default="", description="Allergies and illnesses")
    emergency: Words = Field(default="", description="What to do in an emergency")
    treatment: Words = Field(default="", description="Medicines kept on site, and where")
    doctor: Line = ""
    doctor_phone: Line = ""
    has_pai: bool = False
    pai_from: date | None = None
    pai_until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is known."""
        return self == Care()


class CareView(View):
    """The care sheet. `pai_ended`: the individual plan has run out and must be renewed."""

    care: Care = Care()
    version: int = 0
    pai_ended: bool = False


class Dose(Message):
    """A vaccination as the child's health record shows it. `valid_until`: when the next one is due, if known."""

    vaccine: Vaccine
    last_dose: date
    valid_until: date | None = None


class VaccinesView(View):
    """Vaccinations. `missing`: required for the child's birth date and not given; `ended`: past their date."""

    doses: list[Dose] = Field(default_factory=list)
    certified_on: date | None = Field(default=None, description="A doctor certified all of them up to date")
    required: list[Vaccine] = Field(default_factory=list)
    missing: list[Vaccine] = Field(default_factory=list)
    ended: list[Vaccine] = Field(default_factory=list)
    version: int = 0


class ProposalView(View):
    """A change of the care sheet that waits, or was decided. `answer`: the agent's words."""

    proposal_id: UUID
    care: Care
    state: str = Field(description="`waiting`, `accepted`, `refused`, `withdrawn`")
    asked_at: AwareDatetime
    by_me: bool = False
    decided_at: AwareDatetime | None = None
    answer: str = Field(default="", repr=False)
    outdated: bool = Field(default=False, description="The sheet has changed since it was asked for")


class ReadingView(View):
    """An agent read it."""

    at: AwareDatetime
    agent: str
    kind: ReadingKind
    page: str
    child: str = ""


class PupilView(View):
    """Which child."""

    child_id: UUID
    name: str
    birth_date: date
    place_name: str = ""
    class_name: str = ""


class HealthFile(View):
    """Everything of a child: for its parents and for role health. `readings`: for parents and administrators."""

    pupil: PupilView
    diet: DietView
    care: CareView
    vaccines: VaccinesView
    proposal: ProposalView | None = Field(default=None, description="The newest one, unless withdrawn")
    readings: list[ReadingView] = Field(default_factory=list)


class ChildHealth(Question[HealthFile]):
    """For a guardian of the child. Raises NotFound."""

    child_id: UUID


class SetDiet(Command[DietView]):
    """At once, by a guardian or role health. Raises NotFound, HealthChanged."""

    child_id: UUID
    version: int = Field(ge=0)
    diet: Diet
    avoided: list[Allergen] = Field(max_length=20)
    lunch_box: bool


class SetVaccines(Command[None]):
    """At once, by a guardian or role health. Raises NotFound, HealthChanged."""

    child_id: UUID
    version: int = Field(ge=0)
    doses: list[Dose] = Field(max_length=30)
    certified_on: date | None = None


class ProposeCare(Command[None]):
    """By a guardian: role health looks at it. Raises NotFound, HealthChanged.

    `replaces`: the one that waits, as it was shown. Another parent's, made meanwhile, is not replaced unseen.
    """

    child_id: UUID
    version: int = Field(ge=0)
    care: Care
    replaces: UUID | None = None


class WithdrawCare(Command[None]):
    """By a guardian. Raises NotFound when nothing waits."""

    proposal_id: UUID


class SetCare(Command[None]):
    """By role health, on the family's word or the doctor's. Raises NotFound, HealthChanged."""

    child_id: UUID
    version: int = Field(ge=0)
    care: Care


class DecideCare(Command[None]):
    """By role health. Raises NotFound, CareDecided; HealthChanged when accepting what was asked of an older sheet."""

    proposal_id: UUID
    accept: bool
    answer: Words = ""
    version: int = Field(ge=0, description="Version of the care sheet that was shown with it")


class OpenHealth(Question[HealthFile]):
    """Role health. The reading is written down. Raises NotFound."""

    child_id: UUID


class Waiting(View):
    """A change that waits for role health: who, since when, and nothing of what it says."""

    proposal_id: UUID
    pupil: PupilView
    asked_at: AwareDatetime


class HealthPage(View):
    """Search, and what waits. Names only: nothing of anybody's health."""

    pupils: list[PupilView] = Field(default_factory=list)
    more: bool = False
    waiting: list[Waiting] = Field(default_factory=list)


class SearchHealth(Question[HealthPage]):
    """Role health. Every word in the child's name; empty: only what waits."""

    text: str = Field(default="", max_length=100)


class EmergencySheet(View):
    """For whoever is in charge of the child now. Neither the illness nor the plan's words; empty when there is none.

    `declared`: some of it was written by the parents and is still to be looked at. `ask_manager`: something is known
    that is not for this reader, and no instruction was written: the manager of the place has to be asked.
    """

    pupil: PupilView
    avoided: list[Allergen] = Field(default_factory=list)
    emergency: str = Field(default="", repr=False)
    treatment: str = Field(default="", repr=False)
    doctor: str = Field(default="", repr=False)
    doctor_phone: str = Field(default="", repr=False)
    has_pai: bool = False
    declared: bool = False
    ask_manager: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing that whoever looks after the child would do otherwise."""
        return not (self.avoided or self.emergency or self.treatment or self.has_pai or self.ask_manager)


class OpenEmergency(Question[EmergencySheet]):
    """Roles attendance, health. The reading is written down, whether there is something or not. Raises NotFound."""

    child_id: UUID


class OpenAtHand(Question[list[EmergencySheet]]):
    """The sheets for an emergency of the children of a roll-call; of those only of whom there is something to know.

    Roles attendance, health. The reading of each child shown is written down, once an agent and day. Unknown children
    are passed over.
    """

    child_ids: list[UUID] = Field(max_length=500)


class Plate(View):
    """A child who is not served the usual plate."""

    pupil: PupilView
    diet: Diet
    avoided: list[Allergen]
    lunch_box: bool


class KitchenPlace(View):
    """A school. `pupils`: on its register."""

    place_code: str
    name: str
    pupils: int


class KitchenPage(View):
    """A school's plates. `counts`: diet → children without a lunch box; nothing said is `usual`."""

    places: list[KitchenPlace]
    place_code: str = ""
    counts: dict[Diet, int] = Field(default_factory=dict)
    lunch_boxes: int = 0
    plates: list[Plate] = Field(default_factory=list)


class OpenKitchen(Question[KitchenPage]):
    """Role kitchen. The reading of each child named is written down. Without a place: the schools only."""

    place_code: PlaceCode | None = None


class ReadingsPage(View):
    """Who read what, newest first."""

    readings: list[ReadingView]
    page: int
    pages: int
    total: int


class ListReadings(Question[ReadingsPage]):
    """Role administration. Of everybody, or of a name (agent or child)."""

    text: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1)


class HealthChanged(Conflict):
    """The sheet was changed by somebody else since it was shown."""

    code = "health_changed"


class CareDecided(Conflict):
    """The proposal does not wait any more. `state`."""

    code = "care_decided"
