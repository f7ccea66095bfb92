"""A child's health as it is read: the whole file, and the search for a child."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.care import care_proposals, diets, health_readings
from accounts.care.health_rights import child_for, is_guardian, pupil, pupil_of
from accounts.care.health_sheets import read_care, read_vaccines
from accounts.models import Child, Place
from accounts.names import plain, spell
from chassis.sealed_column import Seal
from contracts.accounts.health import HealthFile, HealthPage, ReadingKind
from contracts.caller import Caller, Kind, Role

_FOUND_AT_MOST = 30


def open_file(
    session: Session, seal: Seal, child_id: UUID, caller: Caller, now: datetime, today: date
) -> HealthFile:
    """Everything, for a guardian or role health; an agent's reading is written down. Raises NotFound."""
    child = child_for(session, child_id, caller)
    health_readings.note(session, [child_id], ReadingKind.SHEET, "health", caller, now)
    is_shown_readings = caller.kind is Kind.CITIZEN or Role.ADMINISTRATION in caller.roles
    care = read_care(session, seal, child_id, today)
    return HealthFile(
        pupil=pupil_of(session, child_id),
        diet=diets.of_child(session, child_id),
        care=care,
        vaccines=read_vaccines(session, seal, child, today),
        proposal=care_proposals.newest(session, seal, child_id, care.version, caller),
        readings=health_readings.of_child(session, child_id) if is_shown_readings else [],
    )


def search(session: Session, text: str) -> HealthPage:
    """Children by name, and what waits. Two statements."""
    words = plain(text).split()
    found = []
    if words:
        found = [
            pupil(child, name)
            for child, name in session.execute(
                select(Child, Place.name)
                .outerjoin(Place, Place.place_code == Child.place_code)
                .where(*(Child.name_key.contains(word, autoescape=True) for word in words))
                .order_by(Child.name_key, Child.birth_date)
                .limit(_FOUND_AT_MOST + 1)
            )
        ]
    return HealthPage(
        pupils=found[:_FOUND_AT_MOST],
        more=len(found) > _FOUND_AT_MOST,
        waiting=care_proposals.waiting(session),
    )


def export(session: Session, seal: Seal, account_id: UUID, today: date) -> tuple[str, list[dict[str, Any]]]:
    """A part of what somebody is given when they ask for everything: the children of their own homes."""
    children = session.scalars(
        select(Child).where(is_guardian(account_id)).order_by(Child.birth_date, Child.name_key)
    ).all()
    return "children_health", [_exported(session, seal, child, today) for child in children]


def _exported(session: Session, seal: Seal, child: Child, today: date) -> dict[str, Any]:
    diet = diets.of_child(session, child.child_id)
    known = read_vaccines(session, seal, child, today)
    return {
        "child_id": str(child.child_id),
        "name": spell(child.first_name, child.usage_name or child.last_name),
        "diet": diet.diet.value,
        "avoided": [code.value for code in diet.avoided],
        "lunch_box": diet.lunch_box,
        "care": read_care(session, seal, child.child_id, today).care.model_dump(mode="json"),
        "certified_on": known.certified_on.isoformat() if known.certified_on else None,
        "doses": [dose.model_dump(mode="json") for dose in known.doses],
        "readings": [
            {"at": each.at.isoformat(), "agent_name": each.agent, "read": each.kind.value}
            for each in health_readings.of_child(session, child.child_id)
        ],
    }
