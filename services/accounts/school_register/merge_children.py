"""The pupils of a school's file, and those of the school whom it leaves out."""

from uuid import UUID, uuid4

from accounts.models import Child
from accounts.names import name_key, spell
from accounts.school_register import leavers
from accounts.school_register.households import Plan
from accounts.school_register.import_changes import Differences
from accounts.school_register.import_models import ChildSaid
from accounts.school_register.leavers import Pupil
from accounts.school_register.onde import PupilRow
from accounts.school_register.pen import Pen
from accounts.school_register.register import Register
from contracts.accounts.imports import ChangeKind


class Children:
    """`of_line`: who the rows are; `states`: new, changed or unchanged; `leaving`: how many leave the school."""

    def __init__(self, register: Register, place_code: str, pen: Pen, diff: Differences) -> None:
        self.register, self.place_code, self.pen, self.diff = register, place_code, pen, diff
        self.of_line: dict[int, UUID] = {}
        self.states: dict[UUID, str] = {}
        self.names: dict[UUID, str] = {}
        self.leaving = 0

    def take(self, plan: Plan) -> None:
        """Every pupil of the file finds its place, whoever is not in it leaves or is kept."""
        keys = {line: _pupil(row) for line, row in plan.pupils.items()}
        found = {
            line: self.register.children.get((key.name_key, key.birth_date)) for line, key in keys.items()
        }
        here = {child.child_id for child in found.values() if child is not None}
        absent = {
            Pupil(child.name_key, child.birth_date): child
            for child in self.register.present
            if child.child_id not in here
        }
        newcomers = {line: keys[line] for line, child in found.items() if child is None}
        respelt = leavers.respelt(absent, newcomers)
        unread = {name_key(row.last_name, row.first_name) for row in plan.unreadable}
        whole = leavers.look_whole(len(self.register.present), len(absent), len(plan.unreadable))
        for pupil, child in absent.items():
            line = respelt.get(pupil)
            choice = self._miss(child, whole, pupil.name_key in unread, plan.pupils[line] if line else None)
            if choice == "same" and line is not None:
                found[line] = child
        for line, row in plan.pupils.items():
            self._take_row(line, row, keys[line], found[line])

    def _miss(self, child: Child, whole: bool, is_unreadable: bool, respelt: PupilRow | None) -> str:
        """`leave`, `keep`, or `same`: the child is the pupil of another row, spelt otherwise."""
        note = "respelt" if respelt else ("unreadable" if is_unreadable else "")
        choices = ["leave", "keep"] if whole and not is_unreadable else ["keep", "leave"]
        choice = self.diff.add(
            ChangeKind.LEAVER,
            str(child.child_id),
            _name(child),
            child.class_name or child.level,
            spell(respelt.first_name, respelt.usage_name or respelt.last_name) if respelt else "",
            note=note,
            choices=[*choices, "same"] if respelt else choices,
        )
        if choice == "leave":
            self.pen.set(child, place_code=None, class_name="", level="")
            self.states[child.child_id] = "changed"
            self.leaving += 1
        return choice

    def _take_row(self, line: int, row: PupilRow, key: Pupil, child: Child | None) -> None:
        grade = row.class_name or row.level
        state = "unchanged"
        if child is None:
            state = "new"
            child = Child(
                child_id=uuid4(),
                first_name=row.first_name,
                last_name=row.last_name,
                usage_name=row.usage_name,
                name_key=key.name_key,
                birth_date=key.birth_date,
                sex=row.sex,
                place_code=self.place_code,
                class_name=row.class_name,
                level=row.level,
                version=0,
            )
            self.pen.add(child)
            self.diff.add(ChangeKind.NEW_CHILD, f"{key.name_key} {key.birth_date}", _name(child), "", grade)
        else:
            before, was_at = child.class_name or child.level, child.place_code
            if self.pen.set(child, place_code=self.place_code, class_name=row.class_name, level=row.level):
                state = "changed"
                self._tell_place(child, was_at, before, grade)
        self._remember(child, key)
        self.of_line[line] = child.child_id
        self.states[child.child_id] = state
        self.names[child.child_id] = _name(child)

    def _tell_place(self, child: Child, was_at: str | None, before: str, grade: str) -> None:
        kind = ChangeKind.CLASS_CHANGED
        if was_at is None:
            kind, before = ChangeKind.RETURNED, ""
        elif was_at != self.place_code:
            kind = ChangeKind.FROM_SCHOOL
            before = ", ".join(part for part in (self.register.places.get(was_at, was_at), before) if part)
        self.diff.add(kind, str(child.child_id), _name(child), before, grade)

    def _remember(self, child: Child, key: Pupil) -> None:
        said = self.register.children_said.get(child.child_id)
        if said is None:
            said = ChildSaid(child_id=child.child_id, name_key=key.name_key, birth_date=key.birth_date)
            self.pen.add_later(said)
        else:
            self.pen.set(said, name_key=key.name_key, birth_date=key.birth_date)


def _pupil(row: PupilRow) -> Pupil:
    if row.birth_date is None:
        raise ValueError("a usable row has a birth date")
    return Pupil(name_key(row.last_name, row.first_name), row.birth_date)


def _name(child: Child) -> str:
    return spell(child.first_name, child.usage_name or child.last_name)
