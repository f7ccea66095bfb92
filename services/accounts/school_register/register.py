"""What the database knows of the people of a school's files: read in a fixed number of statements."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from accounts.models import Child, Family, FamilyChild, Guardian, Place
from accounts.names import city_key, name_key
from accounts.school_register.households import Plan
from accounts.school_register.import_models import ChildSaid, GuardianSaid
from accounts.school_register.known_homes import KnownHome, KnownHomes, child_key


@dataclass
class Register:
    """People by the keys that files know them by, those of former files included."""

    children: dict[tuple[str, date], Child]
    children_said: dict[UUID, ChildSaid]
    present: list[Child]
    families: dict[UUID, Family]
    guardians: dict[UUID, list[Guardian]]
    by_name: dict[str, list[Guardian]]
    said: dict[UUID, dict[str, GuardianSaid]]
    links: set[tuple[UUID, UUID]]
    places: dict[str, str]
    cities: set[str]
    homes_of: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    moved: dict[UUID, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for family_id, child_id in self.links:
            self.homes_of[child_id].add(family_id)

    def home_of(self, guardian: Guardian) -> UUID:
        """The guardian's family, as this merge has moved them or as it was."""
        return self.moved.get(guardian.guardian_id, guardian.family_id)

    def said_of(self, guardian: Guardian, place_code: str) -> GuardianSaid | None:
        """What this school last said of a guardian; what another one did, if this one never has."""
        said = self.said.get(guardian.guardian_id, {})
        return said.get(place_code) or next((said[code] for code in sorted(said)), None)

    def names_of(self, guardian: Guardian) -> set[str]:
        """The keys of the name in use and of those in the schools' files."""
        return {
            guardian.name_key,
            *(row.name_key for row in self.said.get(guardian.guardian_id, {}).values()),
        }


def load_register(session: Session, plan: Plan, place_code: str, *, lock: bool) -> Register:
    """Ten statements, whatever the size of the school.

    `lock`: families, then children, each in the order of their ids, so that what a parent changes meanwhile waits.
    """
    keys = sorted(
        {(name_key(row.last_name, row.first_name), row.birth_date) for row in plan.pupils.values()}, key=str
    )
    is_said = select(ChildSaid.child_id).where(tuple_(ChildSaid.name_key, ChildSaid.birth_date).in_(keys))
    child_ids = set(
        session.scalars(
            select(Child.child_id).where(
                or_(
                    tuple_(Child.name_key, Child.birth_date).in_(keys),
                    Child.child_id.in_(is_said),
                    Child.place_code == place_code,
                )
            )
        )
    )
    said_children = session.scalars(select(ChildSaid).where(ChildSaid.child_id.in_(child_ids))).all()
    names = {adult.key for home in plan.homes for adult in home.adults}
    family_ids = set(
        session.scalars(
            select(Guardian.family_id)
            .outerjoin(GuardianSaid, GuardianSaid.guardian_id == Guardian.guardian_id)
            .where(or_(Guardian.name_key.in_(names), GuardianSaid.name_key.in_(names)))
        )
    )
    family_ids |= set(
        session.scalars(select(FamilyChild.family_id).where(FamilyChild.child_id.in_(child_ids)))
    )
    wanted_families = select(Family).where(Family.family_id.in_(family_ids)).order_by(Family.family_id)
    families = session.scalars(wanted_families.with_for_update() if lock else wanted_families).all()
    wanted_children = select(Child).where(Child.child_id.in_(child_ids)).order_by(Child.child_id)
    children = {
        child.child_id: child
        for child in session.scalars(
            (wanted_children.with_for_update() if lock else wanted_children).execution_options(
                populate_existing=lock
            )
        )
    }
    guardians: dict[UUID, list[Guardian]] = defaultdict(list)
    for guardian in session.scalars(
        select(Guardian).where(Guardian.family_id.in_(family_ids)).order_by(Guardian.guardian_id)
    ):
        guardians[guardian.family_id].append(guardian)
    said: dict[UUID, dict[str, GuardianSaid]] = defaultdict(dict)
    for row in session.scalars(
        select(GuardianSaid)
        .join(Guardian, Guardian.guardian_id == GuardianSaid.guardian_id)
        .where(Guardian.family_id.in_(family_ids))
    ):
        said[row.guardian_id][row.place_code] = row
    places = session.execute(select(Place.place_code, Place.name, Place.city)).all()
    register = Register(
        children={},
        children_said={spelt.child_id: spelt for spelt in said_children},
        present=[child for child in children.values() if child.place_code == place_code],
        families={family.family_id: family for family in families},
        guardians=guardians,
        by_name=defaultdict(list),
        said=said,
        links={
            (family_id, child_id)
            for family_id, child_id in session.execute(
                select(FamilyChild.family_id, FamilyChild.child_id).where(
                    or_(FamilyChild.family_id.in_(family_ids), FamilyChild.child_id.in_(child_ids))
                )
            )
        },
        places={code: name for code, name, _ in places},
        cities={city_key(city) for _, _, city in places if city},
    )
    for spelt in said_children:
        register.children[spelt.name_key, spelt.birth_date] = children[spelt.child_id]
    for child in children.values():
        register.children[child.name_key, child.birth_date] = child
    for members in guardians.values():
        for guardian in members:
            for name in register.names_of(guardian):
                register.by_name[name].append(guardian)
    return register


def known_homes(session: Session, names: set[str]) -> KnownHomes:
    """Where the register has adults of these names, with the children of each home. Three statements."""
    rows = session.execute(
        select(Guardian, Family, GuardianSaid)
        .join(Family, Family.family_id == Guardian.family_id)
        .outerjoin(GuardianSaid, GuardianSaid.guardian_id == Guardian.guardian_id)
        .where(or_(Guardian.name_key.in_(names), GuardianSaid.name_key.in_(names)))
        .order_by(Family.number)
    ).all()
    children: dict[UUID, set[str]] = defaultdict(set)
    for family_id, child, spelt in session.execute(
        select(FamilyChild.family_id, Child, ChildSaid)
        .join(Child, Child.child_id == FamilyChild.child_id)
        .outerjoin(ChildSaid, ChildSaid.child_id == Child.child_id)
        .where(FamilyChild.family_id.in_({family.family_id for _, family, _ in rows}))
    ):
        children[family_id].add(child_key(child.name_key, child.birth_date))
        if spelt is not None:
            children[family_id].add(child_key(spelt.name_key, spelt.birth_date))
    found: dict[str, dict[str, KnownHome]] = defaultdict(dict)
    for guardian, family, said in rows:
        words = f"{family.street}, {family.postcode} {family.city}"
        addresses = frozenset({said.address_key} if said is not None and said.address_key else ())
        for name in {guardian.name_key, said.name_key if said is not None else guardian.name_key}:
            if name not in names:
                continue
            known = found[name].get(family.address_key, KnownHome(words))
            found[name][family.address_key] = KnownHome(
                known.words, known.said | addresses, known.children | frozenset(children[family.family_id])
            )
    return found
