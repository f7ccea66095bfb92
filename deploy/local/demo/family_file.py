"""Contacts, insurances, and two changes that await an agent: something to see in every family's file."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.accounts.changes import WHOLE, Edit, ProposeChanges, SubjectKind
from contracts.accounts.contacts import Relation
from contracts.accounts.families import FamilyFile, HouseholdView, MyHousehold
from contracts.caller import SYSTEM, Caller
from contracts.errors import Conflict
from contracts.messages import Question

A = TypeVar("A")
GRANDPARENTS = ("Jeanne", "Marcel", "Odette", "Lucien", "Simone")
NEIGHBOURS = ("Karine Delhomme", "Ahmed Zerrouki", "Paulette Vial")
COMPANIES = ("Mutuelle des écoliers", "Assurance familiale de la Drôme", "MAE des Alpes")


class Services(Protocol):
    """`chassis.client.Services`, or a double."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, files: Sequence[FamilyFile], today: date) -> None:
    """Two contacts and the insurances of three families in four; one insurance in five has run out."""
    year = today.year + (today.month >= 9)
    for place, file in enumerate(files):
        if place % 4 == 3 or not file.family.children:
            continue
        surname = file.family.guardians[0].last_name
        grandparent = _contact(file, GRANDPARENTS[place % 5], surname, Relation.GRANDPARENT, place, rank=1)
        first, last = NEIGHBOURS[place % 3].split(" ")
        neighbour = _contact(file, first, last, Relation.NEIGHBOUR, place + 500, rank=None)
        for number, contact in enumerate((grandparent, neighbour)):
            contact_id = _key("contact", file.family.family_id, number)
            _ask(services, file.family.family_id, SubjectKind.CONTACT, contact_id, WHOLE, contact, SYSTEM)
        for child in file.family.children:
            until = date(year - (place % 5 == 4), 8, 31)
            contract = {
                "company": COMPANIES[place % 3],
                "number": f"{1_204_500 + place}",
                "valid_until": until.isoformat(),
            }
            _ask(
                services,
                file.family.family_id,
                SubjectKind.INSURANCE,
                child.child_id,
                "contract",
                contract,
                SYSTEM,
            )


def load_requests(services: Services, parents: Sequence[Caller]) -> None:
    """The second family of the story has moved; its elder child has a name in use."""
    parent = parents[2]
    household: HouseholdView = services.ask(MyHousehold(), parent)
    family = household.families[0]
    seen = {"street": family.street, "postcode": family.postcode, "city": family.city}
    moved = {"street": "14 quai Sainte-Claire", "postcode": "26100", "city": "Romans-sur-Isère"}
    _ask(services, family.family_id, SubjectKind.FAMILY, family.family_id, "address", moved, parent, seen)
    child, other = family.children[0], family.guardians[-1]
    usage = f"{child.last_name}-{other.last_name}" if other.last_name != child.last_name else "Arnoux-Vial"
    _ask(services, family.family_id, SubjectKind.CHILD, child.child_id, "usage_name", usage, parent, "")


def _contact(
    file: FamilyFile, first_name: str, last_name: str, relation: Relation, number: int, rank: int | None
) -> dict[str, object]:
    return {
        "name": {"first_name": first_name, "last_name": last_name},
        "relation": relation.value,
        "phones": [f"06 39 98 {number // 100 % 100:02d} {number % 100:02d}"],
        "call_order": rank,
        "may_collect": True,
        "child_ids": sorted(str(child.child_id) for child in file.family.children),
    }


def _ask(
    services: Services,
    family_id: UUID,
    kind: SubjectKind,
    subject_id: UUID,
    field: str,
    wanted: object,
    caller: Caller,
    seen: object = None,
) -> None:
    """Once: what somebody has changed since stays as it is."""
    command = ProposeChanges(
        command_id=_key("change", family_id, subject_id, field),
        family_id=family_id,
        subject_kind=kind,
        subject_id=subject_id,
        edits={field: Edit.model_validate({"seen": seen, "wanted": wanted})},
    )
    try:
        services.ask(command, caller)
    except Conflict:
        return


def _key(*parts: object) -> UUID:
    return uuid5(NAMESPACE_URL, "demo/family-file/" + "/".join(str(part) for part in parts))
