"""Brings the register up to what a plan says, touching only what differs: done twice, the second time does nothing.

A child is known by surname, first name and date of birth; a guardian by name and address; a family by its guardians;
each also by what the schools' former files called them. Whoever the file leaves out leaves the school, or is told to
the agent; nobody is taken out of the register. Every difference is a line (`import_changes`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.household.facts import tell_children, tell_families
from accounts.models import FAMILY_NUMBER, Family, FamilyChild, Guardian
from accounts.names import city_key, spell
from accounts.school_register.households import Address, Plan, PlannedHome
from accounts.school_register.import_changes import Differences
from accounts.school_register.import_models import GuardianSaid
from accounts.school_register.merge_adults import Adults
from accounts.school_register.merge_children import Children
from accounts.school_register.pen import Pen
from accounts.school_register.register import Register, load_register
from contracts.accounts.imports import ChangeKind, ImportChange


@dataclass
class Merged:
    """What was done, or would be: (new, changed, unchanged) of each, the state of each household, and every line.

    `present`: pupils the register had at the school; `leaving`: those who leave it; `touched`: families changed.
    """

    families: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    children: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    adults: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    states: list[str] = field(default_factory=list)
    changes: list[ImportChange] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)
    present: int = 0
    leaving: int = 0


def merge(
    session: Session,
    plan: Plan,
    place_code: str,
    now: datetime,
    choices: Mapping[str, str],
    *,
    dry: bool = False,
) -> Merged:
    """Applies the plan, or with `dry` only says what that would do (the session is left as it was)."""
    register = load_register(session, plan, place_code, lock=not dry)
    work = _Work(register, place_code, now, Pen(session, dry), Differences(choices))
    work.children.take(plan)
    for home in plan.homes:
        work.take_home(home)
    work.miss_guardians()
    return work.finish()


class _Work:
    """One merge: the register, what is new, and what must be told."""

    def __init__(
        self, register: Register, place_code: str, now: datetime, pen: Pen, diff: Differences
    ) -> None:
        self.register, self.place_code, self.now = register, place_code, now
        self.pen, self.diff = pen, diff
        self.children = Children(register, place_code, pen, diff)
        self.adults = Adults(register, place_code, pen, diff)
        self.merged = Merged(present=len(register.present))
        self.new_families: set[UUID] = set()
        self.numbers: list[int] = []

    def take_home(self, home: PlannedHome) -> None:
        """A household: its family, its adults, its children."""
        family, movers = self._find_family(home)
        state = "unchanged"
        if family is None:
            family, state = self._new_family(home), "new"
        elif self._settle(family, home):
            state = "changed"
        for guardian in movers:
            self._move_in(guardian, family, home)
        for adult in home.adults:
            done = self.adults.take(adult, family, home, is_new_family=family.family_id in self.new_families)
            self.merged.adults[done] += 1
            if done != "unchanged" and state == "unchanged":
                state = "changed"
        for line in home.children:
            if self._link(family, self.children.of_line[line], home) and state == "unchanged":
                state = "changed"
        if state != "unchanged":
            self.merged.touched.add(family.family_id)
        self.merged.families[state] += 1
        self.merged.states.append(state)

    def miss_guardians(self) -> None:
        """Guardians whom the school's last file named and this one does not: told, and left where they are."""
        for family_id, child_id in sorted(self.register.links):
            if child_id not in self.children.names:
                continue
            for guardian in self.register.guardians.get(family_id, []):
                said = self.register.said.get(guardian.guardian_id, {}).get(self.place_code)
                if said is None or guardian.guardian_id in self.adults.taken:
                    continue
                self.adults.taken.add(guardian.guardian_id)
                self.diff.add(
                    ChangeKind.GUARDIAN_GONE,
                    str(guardian.guardian_id),
                    spell(guardian.first_name, guardian.usage_name or guardian.last_name),
                    self.children.names[child_id],
                    family=self.register.families[family_id].number,
                )
                self.pen.remove(said)

    def finish(self) -> Merged:
        """Counts, and tells what has changed."""
        states = self.children.states
        for state in states.values():
            self.merged.children[state] += 1
        self.merged.leaving, self.merged.changes = self.children.leaving, self.diff.lines()
        if not self.pen.dry:
            self.pen.finish()
            tell_families(self.pen.session, self.merged.touched, self.now)
            changed = (child_id for child_id, state in states.items() if state != "unchanged")
            tell_children(self.pen.session, changed, self.now)
        return self.merged

    def _move_in(self, guardian: Guardian, family: Family, home: PlannedHome) -> None:
        """One of a household has gone to live elsewhere: a file of their own."""
        left = self.register.families[self.register.home_of(guardian)]
        self.merged.touched.add(left.family_id)
        self.diff.add(
            ChangeKind.MOVED,
            str(guardian.guardian_id),
            spell(guardian.first_name, guardian.usage_name or guardian.last_name),
            _written(left),
            str(home.address),
            family=left.number,
            note="new_home",
        )
        self.pen.set(guardian, family_id=family.family_id)
        self.register.moved[guardian.guardian_id] = family.family_id
        self.register.guardians[left.family_id].remove(guardian)
        self.register.guardians[family.family_id].append(guardian)

    def _link(self, family: Family, child_id: UUID, home: PlannedHome) -> bool:
        """The child belongs to the family from now on. False when it did already."""
        if (family.family_id, child_id) in self.register.links:
            return False
        if self.register.homes_of[child_id] and self.children.states[child_id] != "new":
            self.diff.add(
                ChangeKind.SECOND_HOME,
                f"{child_id} {home.adults[0].key} {home.address.key}",
                self.children.names[child_id],
                "",
                ", ".join(adult.name for adult in home.adults),
                family=self._number_of(family),
            )
        self.register.links.add((family.family_id, child_id))
        self.register.homes_of[child_id].add(family.family_id)
        self.pen.add(FamilyChild(family_id=family.family_id, child_id=child_id))
        if self.children.states[child_id] == "unchanged":
            self.children.states[child_id] = "changed"
        return True

    def _find_family(self, home: PlannedHome) -> tuple[Family | None, list[Guardian]]:
        """The family a household already is, and the guardians who come to it from another address."""
        votes: dict[UUID, int] = defaultdict(int)
        for adult in home.adults:
            for guardian in self.register.by_name.get(adult.key, []):
                if self._lives_here(guardian, home):
                    votes[self.register.home_of(guardian)] += 1
        if votes:
            best = min(votes, key=lambda family_id: (-votes[family_id], self._file(family_id)))
            return self.register.families[best], []
        movers = [
            guardian
            for adult in home.adults
            if adult.moved
            for guardian in self.register.by_name.get(adult.key, [])
            if self._address_key(self.register.home_of(guardian)) in adult.also_at
        ]
        names = {adult.key for adult in home.adults}
        for family_id in sorted({self.register.home_of(guardian) for guardian in movers}):
            if all(self.register.names_of(member) & names for member in self.register.guardians[family_id]):
                return self.register.families[family_id], []
        return None, movers

    def _lives_here(self, guardian: Guardian, home: PlannedHome) -> bool:
        family_id = self.register.home_of(guardian)
        if home.address.key:
            said = self.register.said_of(guardian, self.place_code)
            return home.address.key in (self._address_key(family_id), said.address_key if said else "")
        children = {self.children.of_line[line] for line in home.children}
        return any((family_id, child_id) in self.register.links for child_id in children)

    def _settle(self, family: Family, home: PlannedHome) -> bool:
        """A new address where it is another one, not another spelling; the town's own people where it has grown."""
        ours = self._address_key(family.family_id)
        moves = bool(home.address.key) and home.address.key != ours
        is_contested = moves and self._is_corrected(family, home, ours)
        if is_contested:
            moves = self.diff.takes_theirs(
                str(family.family_id),
                ", ".join(adult.name for adult in home.adults),
                _written(family),
                str(home.address),
                family=family.number,
                note="address",
                settled=[each for said in self._said(family, home) for each in said.settled],
            )
        city = (home.address.city or family.city) if moves or not ours else family.city
        resident = city_key(city) in self.register.cities
        if moves and not is_contested:
            self.diff.add(
                ChangeKind.MOVED,
                str(family.family_id),
                ", ".join(adult.name for adult in home.adults),
                _written(family),
                str(home.address),
                family=self._number_of(family),
                note="" if resident == family.resident else ("resident" if resident else "not_resident"),
            )
        return self.pen.set(family, resident=resident, **(_columns(home.address) if moves else {}))

    def _is_corrected(self, family: Family, home: PlannedHome, ours: str) -> bool:
        """The family has given another address since the school last spoke, and no agent has answered for it now."""
        if not ours or any(adult.decided for adult in home.adults):
            return False
        said = self._said(family, home)
        return bool(said) and all(row.address_key != ours for row in said)

    def _said(self, family: Family, home: PlannedHome) -> list[GuardianSaid]:
        names = {adult.key for adult in home.adults}
        return [
            said
            for guardian in self.register.guardians[family.family_id]
            if self.register.names_of(guardian) & names
            and (said := self.register.said_of(guardian, self.place_code)) is not None
        ]

    def _new_family(self, home: PlannedHome) -> Family:
        family = Family(
            family_id=uuid4(),
            number=self._draw_number(),
            **_columns(home.address),
            resident=city_key(home.address.city) in self.register.cities,
            version=0,
            created_at=self.now,
        )
        self.pen.add(family)
        self.register.families[family.family_id] = family
        self.new_families.add(family.family_id)
        return family

    def _draw_number(self) -> str:
        """The next file number; drawn fifty at a time, since gaps do not matter and round trips do."""
        if self.pen.dry:
            return ""
        if not self.numbers:
            drawn = select(func.nextval(FAMILY_NUMBER.name)).select_from(func.generate_series(1, 50))
            self.numbers = sorted(self.pen.session.scalars(drawn), reverse=True)
        return f"F{self.numbers.pop():06d}"

    def _number_of(self, family: Family) -> str:
        """Empty while the family is new: a preview has no number to show."""
        return "" if family.family_id in self.new_families else family.number

    def _file(self, family_id: UUID) -> tuple[bool, str]:
        """The oldest file first; new ones last, in the order they were made."""
        return family_id in self.new_families, self._number_of(self.register.families[family_id])

    def _address_key(self, family_id: UUID) -> str:
        return self.pen.text(self.register.families[family_id], "address_key")


def _written(family: Family) -> str:
    return str(Address(family.address_key, family.street, family.postcode, family.city))


def _columns(address: Address) -> dict[str, str]:
    return {
        "street": address.street,
        "postcode": address.postcode,
        "city": address.city,
        "address_key": address.key,
    }
