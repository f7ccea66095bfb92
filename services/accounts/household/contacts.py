"""Contacts and insurances as they are shown. A home's own, never shown to the child's other home."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.household.contact_models import Contact, ContactChild, Insurance
from contracts.accounts.contacts import ContactView, InsuranceView, Relation


def contacts_of(session: Session, family_ids: Iterable[UUID]) -> dict[UUID, list[ContactView]]:
    """Each family's contacts: those to call in their order, then the others by name. Two statements."""
    rows = session.scalars(
        select(Contact)
        .where(Contact.family_id.in_(list(family_ids)))
        .order_by(Contact.call_order.nulls_last(), Contact.last_name, Contact.first_name, Contact.contact_id)
    ).all()
    children = _children(session, [row.contact_id for row in rows])
    found: dict[UUID, list[ContactView]] = defaultdict(list)
    for row in rows:
        found[row.family_id].append(_view(row, children[row.contact_id]))
    return found


def contact_view(session: Session, contact: Contact) -> ContactView:
    """One contact. One statement."""
    return _view(contact, _children(session, [contact.contact_id])[contact.contact_id])


def insurances_of(
    session: Session, family_ids: Iterable[UUID], today: date
) -> dict[UUID, list[InsuranceView]]:
    """Each family's insurances. One statement."""
    found: dict[UUID, list[InsuranceView]] = defaultdict(list)
    for row in session.scalars(select(Insurance).where(Insurance.family_id.in_(list(family_ids)))):
        found[row.family_id].append(
            InsuranceView(
                child_id=row.child_id,
                company=row.company,
                number=row.number,
                valid_until=row.valid_until,
                expired=row.valid_until < today,
            )
        )
    return found


def _children(session: Session, contact_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The children of each contact, in the order that a change keeps them."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for contact_id, child_id in session.execute(
        select(ContactChild.contact_id, ContactChild.child_id).where(
            ContactChild.contact_id.in_(list(contact_ids))
        )
    ):
        found[contact_id].append(child_id)
    return defaultdict(list, {key: sorted(ids, key=str) for key, ids in found.items()})


def _view(contact: Contact, child_ids: list[UUID]) -> ContactView:
    return ContactView(
        contact_id=contact.contact_id,
        first_name=contact.first_name,
        last_name=contact.last_name,
        relation=Relation(contact.relation),
        phones=contact.phones,
        call_order=contact.call_order,
        may_collect=contact.may_collect,
        child_ids=child_ids,
    )
