"""What whoever is in charge of children must know of them now: foods to avoid, what to do, whom to call.

What the parents have just declared counts before anybody has looked at it. Neither the illness nor the plan's words.
"""

from collections.abc import Collection
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.care import care_proposals, diets, health_readings
from accounts.care.health_models import CareProposal, ChildDiet, HealthReading, HealthSheet
from accounts.care.health_rights import pupil, pupil_of
from accounts.models import Child, Place
from chassis.clock import PARIS
from chassis.sealed_column import Seal
from contracts.accounts.health import Allergen, Care, EmergencySheet, PupilView, ReadingKind
from contracts.caller import Caller

_DECLARED = ("emergency", "treatment", "doctor", "doctor_phone", "has_pai")


def of_child(session: Session, seal: Seal, child_id: UUID, caller: Caller, now: datetime) -> EmergencySheet:
    """One child's. Raises NotFound. Written down whether there is something or not."""
    who = pupil_of(session, child_id)
    row = session.get(HealthSheet, (child_id, "care"))
    waiting = care_proposals.waiting_of(session, seal, child_id)
    health_readings.note(session, [child_id], ReadingKind.EMERGENCY, "roll_call", caller, now)
    return _sheet(
        who,
        diets.of_child(session, child_id).avoided,
        _care(seal, row.sealed) if row else Care(),
        waiting,
    )


def at_hand(
    session: Session, seal: Seal, child_ids: Collection[UUID], caller: Caller, now: datetime
) -> list[EmergencySheet]:
    """Of those of these children of whom something is to be known. At most six statements, however many children.

    A roll-call is opened again and again: each child shown is written down once an agent and day.
    """
    avoided = {
        row.child_id: [Allergen(code) for code in row.avoided]
        for row in session.scalars(select(ChildDiet).where(ChildDiet.child_id.in_(child_ids)))
    }
    cares = {
        child_id: _care(seal, sealed)
        for child_id, sealed in session.execute(
            select(HealthSheet.child_id, HealthSheet.sealed).where(
                HealthSheet.child_id.in_(child_ids), HealthSheet.part == "care"
            )
        )
    }
    waiting = {
        child_id: _care(seal, sealed)
        for child_id, sealed in session.execute(
            select(CareProposal.child_id, CareProposal.sealed).where(
                CareProposal.child_id.in_(child_ids), CareProposal.state == "waiting"
            )
        )
    }
    pupils = session.execute(
        select(Child, Place.name)
        .outerjoin(Place, Place.place_code == Child.place_code)
        .where(Child.child_id.in_(avoided.keys() | cares.keys() | waiting.keys()))
        .order_by(Child.class_name, Child.name_key, Child.child_id)
    )
    found = [
        _sheet(
            pupil(child, place_name),
            avoided.get(child.child_id, []),
            cares.get(child.child_id, Care()),
            waiting.get(child.child_id),
        )
        for child, place_name in pupils
    ]
    shown = [sheet for sheet in found if not sheet.is_empty]
    _note_once_a_day(session, {sheet.pupil.child_id for sheet in shown}, caller, now)
    return shown


def _note_once_a_day(session: Session, child_ids: set[UUID], caller: Caller, now: datetime) -> None:
    midnight = datetime.combine(now.astimezone(PARIS).date(), time.min, tzinfo=PARIS)
    noted = session.scalars(
        select(HealthReading.child_id).where(
            HealthReading.child_id.in_(child_ids),
            HealthReading.agent_id == caller.account_id,
            HealthReading.kind == ReadingKind.AT_HAND.value,
            HealthReading.at >= midnight,
        )
    )
    left = sorted(child_ids - set(noted))
    health_readings.note(session, left, ReadingKind.AT_HAND, "roll_call", caller, now)


def _sheet(who: PupilView, avoided: list[Allergen], known: Care, waiting: Care | None) -> EmergencySheet:
    is_declared = False
    illness = known.allergies
    if waiting is not None:
        said = {
            name: value
            for name in _DECLARED
            if (value := getattr(waiting, name)) and value != getattr(known, name)
        }
        known, is_declared = known.model_copy(update=said), bool(said)
        illness = illness or waiting.allergies
    return EmergencySheet(
        pupil=who,
        avoided=avoided,
        emergency=known.emergency,
        treatment=known.treatment,
        doctor=known.doctor,
        doctor_phone=known.doctor_phone,
        has_pai=known.has_pai,
        declared=is_declared,
        ask_manager=bool(illness) and not known.emergency,
    )


def _care(seal: Seal, sealed: bytes) -> Care:
    return Care.model_validate_json(seal.open(sealed))
