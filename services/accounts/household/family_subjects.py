"""What can be changed of the family itself: its address, its guardians, the civil status of its children."""

from datetime import date
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.household.facts import tell_children, tell_families
from accounts.household.places import is_of_town
from accounts.models import Account, Child, Family, Guardian
from accounts.names import address_key, name_key, spell
from accounts.revision.change_subjects import At, Present, Subject, Values, child_of, name_of, register
from accounts.revision.change_values import (
    Unusable,
    birth_date,
    name,
    optional,
    parts,
    postcode,
    read_all,
    telephone,
    text,
)
from contracts.accounts.changes import SubjectKind
from contracts.errors import Invalid, NotFound

_ADDRESS = parts({"street": text(), "postcode": postcode, "city": text()})


@register
class FamilySubject(Subject):
    """The family (`subject_id` is the family's own id): where it lives, hence whether it is of the town."""

    kind = SubjectKind.FAMILY

    def read(self, at: At) -> Present | None:
        if at.subject_id != at.family_id:
            raise NotFound
        family = at.session.get_one(Family, at.family_id, populate_existing=True)
        address: JsonValue = {"street": family.street, "postcode": family.postcode, "city": family.city}
        return Present("", {"address": address})

    def check(self, at: At, values: Values) -> Values:
        return read_all(values, {"address": _ADDRESS})

    def write(self, at: At, values: Values) -> None:
        family, address = at.session.get_one(Family, at.family_id), values["address"]
        if isinstance(address, dict):
            family.street, family.postcode, family.city = (
                str(address[part]) for part in ("street", "postcode", "city")
            )
        family.address_key = address_key(family.street, family.postcode, family.city)
        family.resident = is_of_town(at.session, family.city)
        tell_families(at.session, [at.family_id], at.now)


@register
class GuardianSubject(Subject):
    """An adult of the family. Who has given a telephone to their own account changes it there."""

    kind = SubjectKind.GUARDIAN

    def read(self, at: At) -> Present | None:
        guardian = at.session.get(Guardian, at.subject_id, populate_existing=True)
        if guardian is None or guardian.family_id != at.family_id:
            raise NotFound
        return Present(
            spell(guardian.first_name, guardian.usage_name or guardian.last_name),
            {field: getattr(guardian, field) for field in _GUARDIAN},
        )

    def check(self, at: At, values: Values) -> Values:
        if "phone" in values and _has_own_telephone(at.session, at.subject_id):
            raise Invalid(problems={"phone": "phone_of_account"})
        return read_all(values, _GUARDIAN)

    def write(self, at: At, values: Values) -> None:
        guardian = at.session.get_one(Guardian, at.subject_id)
        for field, value in values.items():
            setattr(guardian, field, value)
        guardian.name_key = name_key(guardian.last_name, guardian.first_name)
        tell_families(at.session, [at.family_id], at.now)


@register
class ChildSubject(Subject):
    """A child: the same in both of its homes. School and class come from the school, not from here."""

    kind = SubjectKind.CHILD
    shared = True

    def read(self, at: At) -> Present | None:
        child = child_of(at)
        return Present(
            name_of(child),
            {
                "first_name": child.first_name,
                "last_name": child.last_name,
                "usage_name": child.usage_name,
                "birth_date": child.birth_date.isoformat(),
            },
            child_id=at.subject_id,
        )

    def check(self, at: At, values: Values) -> Values:
        readers = {"first_name": name, "last_name": name, "usage_name": optional(name)}
        return read_all(values, {**readers, "birth_date": birth_date(at.today)})

    def write(self, at: At, values: Values) -> None:
        """Raises Invalid when there already is a child of that name and birth date: seen by agents only, since
        nothing of this is written before they have looked."""
        child = at.session.get_one(Child, at.subject_id)
        for field, value in values.items():
            setattr(child, field, date.fromisoformat(str(value)) if field == "birth_date" else value)
        child.name_key = name_key(child.last_name, child.first_name)
        with at.session.no_autoflush:
            twin = exists().where(
                Child.name_key == child.name_key,
                Child.birth_date == child.birth_date,
                Child.child_id != at.subject_id,
            )
            if at.session.scalar(select(twin)):
                raise Invalid(problems=dict.fromkeys(values, "child_known"))
        tell_children(at.session, [at.subject_id], at.now)


def _title(value: object) -> str:
    if value not in ("", "Mme", "M."):
        raise Unusable("invalid")
    return str(value)


_GUARDIAN = {
    "title": _title,
    "first_name": name,
    "last_name": name,
    "usage_name": optional(name),
    "phone": optional(telephone),
}


def _has_own_telephone(session: Session, guardian_id: UUID) -> bool:
    found = session.scalar(
        select(Account.phone)
        .join(Guardian, Guardian.account_id == Account.account_id)
        .where(Guardian.guardian_id == guardian_id)
    )
    return bool(found)
