"""What a home changes of its contacts and of its children's insurance."""

from datetime import date
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.household.contact_models import Contact, ContactChild, Insurance
from accounts.household.contacts import contact_view
from accounts.models import FamilyChild
from accounts.names import spell
from accounts.revision.change_subjects import At, Present, Subject, Values, child_of, name_of, register
from accounts.revision.change_values import (
    Unusable,
    day,
    flag,
    name,
    one_of,
    optional,
    parts,
    read_all,
    some_of,
    telephone,
    text,
)
from contracts.accounts.changes import SubjectKind
from contracts.accounts.contacts import EMERGENCY_RANKS, Relation
from contracts.errors import NotFound


@register
class ContactSubject(Subject):
    """Somebody to call, or who may collect: made, changed and removed at once."""

    kind = SubjectKind.CONTACT

    def read(self, at: At) -> Present | None:
        contact = at.session.get(Contact, at.subject_id, populate_existing=True)
        if contact is None:
            return None
        if contact.family_id != at.family_id:
            raise NotFound
        shown = contact_view(at.session, contact).model_dump(mode="json", include={*_CONTACT})
        named: JsonValue = {"first_name": contact.first_name, "last_name": contact.last_name}
        return Present(spell(contact.first_name, contact.last_name), {"name": named, **shown})

    def check(self, at: At, values: Values) -> Values:
        children = at.session.scalars(
            select(FamilyChild.child_id).where(FamilyChild.family_id == at.family_id)
        ).all()
        is_new = at.session.get(Contact, at.subject_id) is None
        return read_all(values, {**_CONTACT, "child_ids": some_of(children)}, whole=is_new)

    def write(self, at: At, values: Values) -> None:
        _fill(at.session.get_one(Contact, at.subject_id), values)
        if "child_ids" in values:
            at.session.execute(delete(ContactChild).where(ContactChild.contact_id == at.subject_id))
            _link(at.session, at.subject_id, values["child_ids"])

    def create(self, at: At, values: Values) -> None:
        contact = Contact(contact_id=at.subject_id, family_id=at.family_id)
        _fill(contact, values)
        at.session.add(contact)
        at.session.flush()
        _link(at.session, at.subject_id, values["child_ids"])

    def remove(self, at: At) -> None:
        at.session.execute(delete(Contact).where(Contact.contact_id == at.subject_id))


@register
class InsuranceSubject(Subject):
    """The insurance of a child (`subject_id`) in this home; its parts make sense together only."""

    kind = SubjectKind.INSURANCE

    def read(self, at: At) -> Present | None:
        child = child_of(at)
        row = at.session.get(Insurance, (at.family_id, at.subject_id), populate_existing=True)
        contract: JsonValue = None
        if row is not None:
            until = row.valid_until.isoformat()
            contract = {"company": row.company, "number": row.number, "valid_until": until}
        return Present(name_of(child), {"contract": contract}, child_id=at.subject_id)

    def check(self, at: At, values: Values) -> Values:
        return read_all(values, _INSURANCE)

    def write(self, at: At, values: Values) -> None:
        contract = values["contract"]
        if isinstance(contract, dict):
            until = date.fromisoformat(str(contract["valid_until"]))
            at.session.merge(
                Insurance(
                    family_id=at.family_id,
                    child_id=at.subject_id,
                    company=contract["company"],
                    number=contract["number"],
                    valid_until=until,
                )
            )


def _telephones(value: JsonValue) -> JsonValue:
    """One or two numbers; the first is needed."""
    given = [each for each in value if each not in (None, "")] if isinstance(value, list) else []
    problems: dict[str, str] = {} if given else {"phone": "missing"}
    kept: list[JsonValue] = []
    for part, each in zip(("phone", "other_phone"), given, strict=False):
        try:
            number = telephone(each)
        except Unusable as fault:
            problems[part] = fault.code
        else:
            kept += [number] if number not in kept else []
    if problems:
        raise Unusable(**problems)
    return kept


def _rank(value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= EMERGENCY_RANKS:
        raise Unusable("invalid")
    return value


_CONTACT = {
    "name": parts({"first_name": name, "last_name": name}),
    "relation": one_of([each.value for each in Relation]),
    "phones": _telephones,
    "call_order": optional(_rank, None),
    "may_collect": flag,
    "child_ids": some_of(()),
}
_INSURANCE = {"contract": parts({"company": text(200), "number": text(100), "valid_until": day})}


def _fill(contact: Contact, values: Values) -> None:
    for field, value in values.items():
        if field == "name" and isinstance(value, dict):
            contact.first_name, contact.last_name = str(value["first_name"]), str(value["last_name"])
        elif field != "child_ids":
            setattr(contact, field, value)


def _link(session: Session, contact_id: UUID, child_ids: JsonValue) -> None:
    chosen = child_ids if isinstance(child_ids, list) else []
    session.add_all(ContactChild(contact_id=contact_id, child_id=UUID(str(each))) for each in chosen)
