"""Accounts: the import of a school."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.values import PlaceCode
from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Message, Question, View


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


class ChangeKind(StrEnum):
    """What applying an import would change in the register, in the order it is shown."""

    LEAVER = "leaver"
    DIFFERENCE = "difference"
    MOVED = "moved"
    NEW_CHILD = "new_child"
    RETURNED = "returned"
    FROM_SCHOOL = "from_school"
    CLASS_CHANGED = "class_changed"
    SECOND_HOME = "second_home"
    NEW_GUARDIAN = "new_guardian"
    GUARDIAN_GONE = "guardian_gone"
    COORDINATES = "coordinates"


class ImportChange(View):
    """A line of the difference between a school's file and the register.

    `choice` of a leaver: `leave`, `keep`, `same` (the pupil in `after`, spelt otherwise); of a difference: `ours`,
    `theirs`; of others: empty, nothing is to be decided. A guardian who is gone from the file stays in the family.
    """

    change_id: str = Field(description="The same for the same change of another preview")
    kind: ChangeKind
    who: str
    before: str = ""
    after: str = ""
    family: str = Field(default="", description="File number")
    note: str = Field(default="", description="A code: which field, what comes of it, what is odd")
    choice: str = ""


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
    present: int = Field(default=0, description="Pupils the register had at the school")
    leaving: int = Field(default=0, description="Those who leave it, the ones kept by the agent apart")
    to_confirm: bool = Field(default=False, description="So many leave that the file may be the wrong one")
    fingerprint: str = Field(
        default="", description="Of the changes as they stand: applying names what was shown"
    )


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
    changes: list[ImportChange] = Field(default_factory=list, description="By kind, then by name")
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
    """Answers doubts, {doubt_id: option value}, and changes, {change_id: choice}. Raises ImportClosed."""

    import_id: UUID
    choices: dict[str, str]


class ApplyImport(Command[ImportView]):
    """Writes the plan in one transaction; again changes nothing.

    `shown`: fingerprint of what the agent has read. Raises ImportUndecided, ImportClosed, ImportMoved,
    ImportUnconfirmed.
    """

    import_id: UUID
    shown: str | None = None
    confirmed: bool = False


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


class ImportMoved(Conflict):
    """The register has changed since the preview was shown: it is to be read again."""

    code = "import_moved"


class ImportUnconfirmed(Conflict):
    """More than half of the school would leave: the agent must say that it is so. `leaving`, `present`."""

    code = "import_unconfirmed"
