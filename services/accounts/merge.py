"""Brings the register up to what a plan says, touching only what differs: done twice, the second time does nothing.

A child is known by surname, first name and date of birth; a guardian by name and address; a family by its guardians.
What parents have given themselves (e-mail, telephone) is filled in from the school's file only where it is empty.
Nobody is taken out of the register because a file leaves them out.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from accounts.facts import tell_children, tell_families
from accounts.households import Plan, PlannedAdult, PlannedHome
from accounts.models import FAMILY_NUMBER, Child, Family, FamilyChild, Guardian, Place
from accounts.names import city_key, name_key


@dataclass
class Merged:
    """What was done, or would be: (new, changed, unchanged) of each, and the state of each household."""

    families: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    children: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    adults: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    states: list[str] = field(default_factory=list)


@dataclass
class Register:
    """What the database knows of the people of a plan."""

    children: dict[tuple[str, date], Child]
    families: dict[UUID, Family]
    guardians: dict[UUID, list[Guardian]]
    by_name: dict[str, list[Guardian]]
    links: set[tuple[UUID, UUID]]
    cities: set[str]


def load_register(session: Session, plan: Plan) -> Register:
    """Six statements, whatever the size of the school."""
    keys = {(name_key(row.last_name, row.first_name), row.birth_date) for row in plan.pupils.values()}
    children = session.scalars(
        select(Child).where(tuple_(Child.name_key, Child.birth_date).in_(sorted(keys, key=str)))
    ).all()
    names = {adult.key for home in plan.homes for adult in home.adults}
    family_ids = set(session.scalars(select(Guardian.family_id).where(Guardian.name_key.in_(names))))
    families = session.scalars(select(Family).where(Family.family_id.in_(family_ids))).all()
    guardians: dict[UUID, list[Guardian]] = defaultdict(list)
    by_name: dict[str, list[Guardian]] = defaultdict(list)
    for guardian in session.scalars(select(Guardian).where(Guardian.family_id.in_(family_ids))):
        guardians[guardian.family_id].append(guardian)
        by_name[guardian.name_key].append(guardian)
    links = session.execute(
        select(FamilyChild.family_id, FamilyChild.child_id).where(FamilyChild.family_id.in_(family_ids))
    )
    return Register(
        children={(child.name_key, child.birth_date): child for child in children},
        families={family.family_id: family for family in families},
        guardians=guardians,
        by_name=by_name,
        links={(family_id, child_id) for family_id, child_id in links},
        cities={city_key(city) for city in session.scalars(select(Place.city)) if city},
    )


def merge(session: Session, plan: Plan, place_code: str, now: datetime, *, dry: bool = False) -> Merged:
    """Applies the plan, or with `dry` only says what that would do (the session is left as it was)."""
    register = load_register(session, plan)
    work = _Work(session, register, place_code, now, dry)
    for line in plan.pupils:
        work.take_child(plan, line)
    for home in plan.homes:
        work.take_home(home)
    work.finish()
    return work.merged


class _Work:
    """One merge: the register, what is new, and what must be told."""

    def __init__(
        self, session: Session, register: Register, place_code: str, now: datetime, dry: bool
    ) -> None:
        self.session, self.register, self.place_code, self.now, self.dry = (
            session,
            register,
            place_code,
            now,
            dry,
        )
        self.merged = Merged()
        self.child_of_line: dict[int, UUID] = {}
        self.child_states: dict[UUID, str] = {}
        self.touched: set[UUID] = set()
        self.numbers: list[int] = []
        self.same_person: dict[tuple[str, frozenset[str]], UUID] = {}

    def take_child(self, plan: Plan, line: int) -> None:
        row = plan.pupils[line]
        if row.birth_date is None:
            return
        key = (name_key(row.last_name, row.first_name), row.birth_date)
        child = self.register.children.get(key)
        state = "unchanged"
        if child is None:
            state = "new"
            child = Child(
                child_id=uuid4(),
                first_name=row.first_name,
                last_name=row.last_name,
                usage_name=row.usage_name,
                name_key=key[0],
                birth_date=row.birth_date,
                sex=row.sex,
                place_code=self.place_code,
                class_name=row.class_name,
                level=row.level,
                version=0,
            )
            self._add(child)
            self.register.children[key] = child
        elif self._set(child, place_code=self.place_code, class_name=row.class_name, level=row.level):
            state = "changed"
        self.child_of_line[line] = child.child_id
        self.child_states[child.child_id] = state

    def take_home(self, home: PlannedHome) -> None:
        family, moved_in = self._find_family(home)
        state = "unchanged"
        if family is None:
            family, state = self._new_family(home), "new"
        elif self._settle(family, home):
            state = "changed"
        for guardian in moved_in:
            self.touched.add(guardian.family_id)
            if not self.dry:
                guardian.family_id = family.family_id
            self.register.guardians[family.family_id].append(guardian)
        for adult in home.adults:
            done = self._take_adult(adult, family, home)
            self.merged.adults[done] += 1
            if done != "unchanged" and state == "unchanged":
                state = "changed"
        for line in home.children:
            link = (family.family_id, self.child_of_line[line])
            if link not in self.register.links:
                self.register.links.add(link)
                self._add(FamilyChild(family_id=link[0], child_id=link[1]))
                if self.child_states[link[1]] == "unchanged":
                    self.child_states[link[1]] = "changed"
                state = "changed" if state == "unchanged" else state
        if state != "unchanged":
            self.touched.add(family.family_id)
        self.merged.families[state] += 1
        self.merged.states.append(state)

    def finish(self) -> None:
        for state in self.child_states.values():
            self.merged.children[state] += 1
        if self.dry:
            return
        self.session.flush()
        tell_families(self.session, self.touched, self.now)
        changed = (child_id for child_id, state in self.child_states.items() if state != "unchanged")
        tell_children(self.session, changed, self.now)

    def _find_family(self, home: PlannedHome) -> tuple[Family | None, list[Guardian]]:
        """The family a household already is, and the guardians who come to it from another address."""
        votes: dict[UUID, int] = defaultdict(int)
        for adult in home.adults:
            for guardian in self.register.by_name.get(adult.key, []):
                if self._lives_here(guardian, home):
                    votes[guardian.family_id] += 1
        if votes:
            best = min(
                votes, key=lambda family_id: (-votes[family_id], self.register.families[family_id].number)
            )
            return self.register.families[best], []
        movers = [
            guardian
            for adult in home.adults
            if adult.moved
            for guardian in self.register.by_name.get(adult.key, [])
            if self.register.families[guardian.family_id].address_key in adult.also_at
        ]
        names = {adult.key for adult in home.adults}
        for family_id in sorted({guardian.family_id for guardian in movers}):
            if {guardian.name_key for guardian in self.register.guardians[family_id]} <= names:
                return self.register.families[family_id], []
        return None, movers

    def _lives_here(self, guardian: Guardian, home: PlannedHome) -> bool:
        if home.address.key:
            return self.register.families[guardian.family_id].address_key == home.address.key
        children = {self.child_of_line[line] for line in home.children}
        return any((guardian.family_id, child_id) in self.register.links for child_id in children)

    def _settle(self, family: Family, home: PlannedHome) -> bool:
        """A new address where it is another one, not another spelling; the town's own people where it has grown."""
        resident = city_key(home.address.city or family.city) in self.register.cities
        moved = home.address.key and home.address.key != family.address_key
        return self._set(family, resident=resident, **(_address(home) if moved else {}))

    def _new_family(self, home: PlannedHome) -> Family:
        family = Family(
            family_id=uuid4(),
            number=self._number(),
            **_address(home),
            resident=city_key(home.address.city) in self.register.cities,
            version=0,
            created_at=self.now,
        )
        self._add(family)
        self.register.families[family.family_id] = family
        return family

    def _number(self) -> str:
        """The next file number; drawn fifty at a time, since gaps do not matter and round trips do."""
        if self.dry:
            return ""
        if not self.numbers:
            drawn = select(func.nextval(FAMILY_NUMBER.name)).select_from(func.generate_series(1, 50))
            self.numbers = sorted(self.session.scalars(drawn), reverse=True)
        return f"F{self.numbers.pop():06d}"

    def _take_adult(self, adult: PlannedAdult, family: Family, home: PlannedHome) -> str:
        for guardian in self.register.guardians[family.family_id]:
            if guardian.name_key == adult.key:
                filled = {
                    name: getattr(adult, name)
                    for name in ("email", "phone", "title", "usage_name")
                    if getattr(adult, name) and not getattr(guardian, name)
                }
                return "changed" if self._set(guardian, **filled) else "unchanged"
        elsewhere = self._elsewhere(adult)
        person = (adult.key, adult.also_at | {home.address.key})
        known = elsewhere.adult_id if elsewhere else self.same_person.get(person)
        adult_id = known or uuid4()
        if adult.also_at:
            self.same_person[person] = adult_id
        guardian = Guardian(
            guardian_id=uuid4(),
            family_id=family.family_id,
            adult_id=adult_id,
            account_id=elsewhere.account_id if elsewhere else None,
            title=adult.title,
            first_name=adult.first_name,
            last_name=adult.last_name,
            usage_name=adult.usage_name,
            name_key=adult.key,
            email=adult.email,
            phone=adult.phone,
        )
        self._add(guardian)
        self.register.guardians[family.family_id].append(guardian)
        self.register.by_name[adult.key].append(guardian)
        return "new"

    def _elsewhere(self, adult: PlannedAdult) -> Guardian | None:
        """The same person in the file of another home."""
        if adult.moved:
            return None
        for guardian in self.register.by_name.get(adult.key, []):
            if self.register.families[guardian.family_id].address_key in adult.also_at:
                return guardian
        return None

    def _add(self, row: object) -> None:
        if not self.dry:
            self.session.add(row)

    def _set(self, row: object, **values: object) -> bool:
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not self.dry:
            for name, value in changed.items():
                setattr(row, name, value)
        return bool(changed)


def _address(home: PlannedHome) -> dict[str, str]:
    address = home.address
    return {
        "street": address.street,
        "postcode": address.postcode,
        "city": address.city,
        "address_key": address.key,
    }
