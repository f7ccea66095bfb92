"""What is known of a child's health, kept sealed in parts: the care sheet and the vaccinations.

A row is opened for whoever may read it and nowhere else; no word of it goes into a fact, a mail, a log or a refusal.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from accounts.care import health_readings, vaccines
from accounts.care.health_models import HealthSheet
from accounts.care.health_rights import child_for
from accounts.models import Child
from chassis.sealed_column import Seal
from contracts.accounts.health import (
    Care,
    CareView,
    Dose,
    HealthChanged,
    ReadingKind,
    SetCare,
    SetVaccines,
    Vaccine,
    VaccinesView,
)
from contracts.caller import Caller, Role

Part = Literal["care", "vaccines"]


class _Doses(BaseModel):
    """What is sealed of the vaccinations."""

    doses: list[Dose] = Field(default_factory=list)
    certified_on: date | None = None


def read_care(session: Session, seal: Seal, child_id: UUID, today: date) -> CareView:
    """The care sheet, empty when there is none."""
    row = session.get(HealthSheet, (child_id, "care"))
    if row is None:
        return CareView()
    care = Care.model_validate_json(seal.open(row.sealed))
    ended = care.has_pai and care.pai_until is not None and care.pai_until < today
    return CareView(care=care, version=row.version, pai_ended=ended)


def read_vaccines(session: Session, seal: Seal, child: Child, today: date) -> VaccinesView:
    """The vaccinations, and what the law asks beyond them."""
    row = session.get(HealthSheet, (child.child_id, "vaccines"))
    known = _Doses.model_validate_json(seal.open(row.sealed)) if row else _Doses()
    return VaccinesView(
        doses=known.doses,
        certified_on=known.certified_on,
        required=vaccines.required(child.birth_date),
        missing=vaccines.missing(child.birth_date, known.doses, known.certified_on),
        ended=vaccines.ended(known.doses, known.certified_on, today),
        version=row.version if row else 0,
    )


def set_vaccines(session: Session, seal: Seal, ask: SetVaccines, caller: Caller, now: datetime) -> None:
    """Writes them at once. Raises NotFound, HealthChanged."""
    child_for(session, ask.child_id, caller, lock=True)
    order = list(Vaccine)
    doses = sorted(ask.doses, key=lambda dose: order.index(dose.vaccine))
    content = _Doses(doses=doses, certified_on=ask.certified_on)
    write(session, seal, ask.child_id, "vaccines", content, ask.version, caller, now)


def set_care(session: Session, seal: Seal, ask: SetCare, caller: Caller, now: datetime) -> None:
    """Writes the care sheet as role health has it. Raises NotFound, HealthChanged."""
    caller.staff(Role.HEALTH)
    child_for(session, ask.child_id, caller, lock=True)
    write(session, seal, ask.child_id, "care", ask.care, ask.version, caller, now)


def write(
    session: Session,
    seal: Seal,
    child_id: UUID,
    part: Part,
    content: BaseModel,
    version: int,
    caller: Caller,
    now: datetime,
) -> None:
    """Writes a part over the version that was shown; what is so already is left alone. Raises HealthChanged.

    The caller holds the child's row.
    """
    text = content.model_dump_json()
    row = session.get(HealthSheet, (child_id, part), populate_existing=True)
    if row is not None and seal.open(row.sealed) == text:
        return
    if version != (row.version if row else 0):
        raise HealthChanged
    if row is None:
        row = HealthSheet(child_id=child_id, part=part)
        session.add(row)
    row.sealed, row.version = seal.close(text), version + 1
    row.updated_at, row.updated_by = now, caller.account_id
    health_readings.note(session, [child_id], ReadingKind.CHANGED, "health", caller, now)
