"""« Déjà fourni » and the family's file: what was given with an enrolment or a démarche serves there too."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.serving import FAMILY, Whose
from enrolment.given import memory, passing
from enrolment.given.models import GivenDocument
from enrolment.household.families import families_of


def find(
    session: Session, family_id: UUID, document_types: Collection[str], caller: Caller, today: date
) -> list[GivenDocument]:
    """What the file has not been given itself. Two statements more. Raises NotFound."""
    account_id = caller.citizen()
    if family_id not in families_of(session, account_id):
        raise NotFound
    found = memory.find(session, FAMILY, Whose(account_id, family_id), document_types, today)
    there = session.scalars(
        select(GivenDocument.document_id).where(
            GivenDocument.given_with == FAMILY,
            GivenDocument.document_id.in_([row.document_id for row in found.values()]),
        )
    )
    known = set(there)
    return [row for row in found.values() if row.document_id not in known]


def give_again(
    session: Session, family_id: UUID, document_type: str, caller: Caller, now: datetime, today: date
) -> bool:
    """Asks documents to pass it on; accounts hears of it as of any other. Raises NotFound."""
    rows = find(session, family_id, [document_type], caller, today)
    passing.ask(session, FAMILY, family_id, [passing.before(row) for row in rows], now)
    return bool(rows)
