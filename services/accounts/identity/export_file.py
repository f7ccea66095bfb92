"""Parts of an export that come from the family's file and the ways in. See `export_parts`."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.household.contact_models import Insurance
from accounts.household.contacts import contacts_of
from accounts.identity import ways_in
from accounts.models import Child, FamilyChild, Guardian
from accounts.names import spell
from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_views import show_change
from accounts.shared_custody.custody_agreements import agreements_of, draft_of
from accounts.shared_custody.custody_homes import speak_for
from contracts.errors import NotFound

Part = tuple[str, Any]


def opened_by(session: Session, account_id: UUID) -> Part:
    """What opens the account beside its password: passkeys, other providers. No key is given."""
    view = ways_in.list_ways_in(session, account_id)
    return "ways_in", view.model_dump(mode="json", exclude={"has_password"})


def contacts(session: Session, account_id: UUID) -> Part:
    """Whom the households of the account trust with their children."""
    children = _names(session, account_id)
    return "contacts", [
        {
            **contact.model_dump(mode="json", exclude={"contact_id", "child_ids"}),
            "children": [children[child_id] for child_id in contact.child_ids if child_id in children],
        }
        for of_family in contacts_of(session, _families(session, account_id)).values()
        for contact in of_family
    ]


def insurances(session: Session, account_id: UUID) -> Part:
    """How these households have insured their children."""
    children = _names(session, account_id)
    rows = session.scalars(select(Insurance).where(Insurance.family_id.in_(_families(session, account_id))))
    return "insurances", [
        {
            "child_name": children.get(row.child_id, ""),
            "company": row.company,
            "contract_number": row.number,
            "valid_until": row.valid_until.isoformat(),
        }
        for row in rows
    ]


def changes(session: Session, account_id: UUID) -> Part:
    """What was asked to be changed in these households' files, and what became of it."""
    own = _families(session, account_id)
    rows = session.scalars(
        select(ChangeRequest).where(ChangeRequest.family_id.in_(own)).order_by(ChangeRequest.asked_at.desc())
    )
    left_out = {"may_withdraw", "by_other_home"}
    return "file_changes", [
        show_change(row, own, account_id).model_dump(mode="json", exclude=left_out) for row in rows
    ]


def custody(session: Session, account_id: UUID) -> Part:
    """The calendars of the children of two homes, as a guardian of this one reads them."""
    found = []
    for child_id, name in _names(session, account_id).items():
        try:
            family_id, homes = speak_for(session, account_id, child_id)
        except NotFound:
            continue
        for agreement in agreements_of(session, child_id, date.min):
            if {agreement.first_family_id, agreement.second_family_id} != {homes.first, homes.second}:
                continue
            draft = homes.seen_from(draft_of(agreement), family_id)
            valid_to = agreement.valid_to.isoformat() if agreement.valid_to else None
            found.append({"child_name": name, **draft.model_dump(mode="json"), "valid_to": valid_to})
    return "custody", found


PARTS: tuple[Callable[[Session, UUID], Part], ...] = (opened_by, contacts, insurances, changes, custody)


def _families(session: Session, account_id: UUID) -> list[UUID]:
    return list(session.scalars(select(Guardian.family_id).where(Guardian.account_id == account_id)))


def _names(session: Session, account_id: UUID) -> dict[UUID, str]:
    rows = session.scalars(
        select(Child)
        .where(
            Child.child_id.in_(
                select(FamilyChild.child_id).where(FamilyChild.family_id.in_(_families(session, account_id)))
            )
        )
        .order_by(Child.birth_date, Child.first_name)
    )
    return {row.child_id: spell(row.first_name, row.usage_name or row.last_name) for row in rows}
