"""Which children somebody may see or change the health of. A child one may not know of is not found."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from accounts.models import Child, FamilyChild, Guardian, Place
from accounts.names import spell
from contracts.accounts.health import PupilView
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound


def child_for(session: Session, child_id: UUID, caller: Caller, *, lock: bool = False) -> Child:
    """The child, for one of its guardians (of either home) or role health. Raises NotFound, NotAllowed, NotSignedIn.

    `lock`: whoever changes something of a child's health holds the child's row, so that two do it one after the other.
    """
    wanted = select(Child).where(Child.child_id == child_id)
    if caller.kind is Kind.CITIZEN:
        wanted = wanted.where(is_guardian(caller.citizen()))
    else:
        caller.staff(Role.HEALTH)
    child = session.scalar(wanted.with_for_update() if lock else wanted)
    if child is None:
        raise NotFound
    return child


def is_guardian(account_id: UUID) -> ColumnElement[bool]:
    """The child belongs to a family of the account."""
    return exists().where(
        FamilyChild.child_id == Child.child_id,
        Guardian.family_id == FamilyChild.family_id,
        Guardian.account_id == account_id,
    )


def pupil(child: Child, place_name: str | None) -> PupilView:
    """The child in words."""
    return PupilView(
        child_id=child.child_id,
        name=spell(child.first_name, child.usage_name or child.last_name),
        birth_date=child.birth_date,
        place_name=place_name or "",
        class_name=child.class_name,
    )


def pupil_of(session: Session, child_id: UUID) -> PupilView:
    """The child in words. Raises NotFound."""
    child = session.get(Child, child_id)
    if child is None:
        raise NotFound
    place = session.get(Place, child.place_code) if child.place_code else None
    return pupil(child, place.name if place else None)
