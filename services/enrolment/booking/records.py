"""What every change of a booking leaves: one proof with the words in force, one fact. Whoever made it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from chassis.outbox import Told, rows_of, tell_all
from contracts.enrolment.offer import ActivityTerms
from contracts.events.bookings import BookingCancelled, BookingMade
from enrolment.booking.booking_rules import Known
from enrolment.booking.places import BookedDay
from enrolment.household.families import TOWN, Acting, full_name
from enrolment.models import Proof


@dataclass(frozen=True)
class Change:
    """A change that the rules allow. `family_id`: the one whose booking it is, and who is billed."""

    known: Known
    terms: ActivityTerms
    place_name: str
    made: bool
    booking_id: UUID
    family_id: UUID
    group_code: str | None
    sentence: str
    closes_at: datetime | None
    opens_at: datetime | None = None

    @property
    def session_id(self) -> UUID:
        """The session's."""
        return self.known.session_id


def write_by_town(
    session: Session,
    those: Sequence[BookedDay],
    sentence: str,
    command_id: UUID,
    now: datetime,
    *,
    made: bool = False,
    because: str = "",
    handed_over: bool = False,
) -> None:
    """The proofs and facts of bookings that no parent made or ended, whoever's they are. Two statements.

    `because`: why their session was closed; `handed_over`: the custody calendar moved them to the child's other home.
    """
    if not those:
        return
    rows = [
        {
            "proof_id": uuid4(),
            "command_id": command_id,
            "at": now,
            "account_id": None,
            "by_name": TOWN,
            "family_id": each.family_id,
            "child_id": each.child_id,
            "child_name": each.child_name,
            "booking_id": each.booking_id,
            "session_id": each.session_id,
            "activity_name": each.activity_name,
            "place_name": each.place_name,
            "day": each.day,
            "slot": each.slot,
            "made": made,
            "rule_sentence": sentence,
            "closes_at": None,
        }
        for each in those
    ]
    session.execute(insert(Proof.metadata.tables[Proof.__tablename__]), rows)
    facts: list[Told] = []
    for each in those:
        what = {
            "booking_id": each.booking_id,
            "session_id": each.session_id,
            "child_id": each.child_id,
            "family_id": each.family_id,
            "activity_code": each.activity_code,
            "place_code": each.place_code,
            "day": each.day,
            "slot": each.slot,
            "handed_over": handed_over,
        }
        fact = BookingMade(**what) if made else BookingCancelled(**what, cancelled_because=because)
        facts.append((fact, each.booking_id, 1 if made else 2))
    tell_all(session, facts, at=now)


def left_by(
    changes: Sequence[Change], acting: Acting, command_id: UUID, now: datetime
) -> Iterator[tuple[Change, dict[str, object], dict[str, object]]]:
    """Each change with the rows of its proof and of its fact, for the statement that makes it (`places.move`)."""
    child, child_name = acting.child, full_name(acting.child)
    facts: list[Told] = []
    for each in changes:
        kind = BookingMade if each.made else BookingCancelled
        fact = kind(
            booking_id=each.booking_id,
            session_id=each.session_id,
            child_id=child.child_id,
            family_id=each.family_id,
            activity_code=each.terms.code,
            place_code=each.known.place_code,
            day=each.known.day,
            slot=each.known.slot,
            changed_by=acting.account_id,
        )
        facts.append((fact, each.booking_id, 1 if each.made else 2))
    for each, fact_row in zip(changes, rows_of(facts, at=now), strict=True):
        proof_row = {
            "proof_id": uuid4(),
            "command_id": command_id,
            "at": now,
            "account_id": acting.account_id,
            "by_name": acting.name,
            "family_id": each.family_id,
            "child_id": child.child_id,
            "child_name": child_name,
            "booking_id": each.booking_id,
            "session_id": each.session_id,
            "activity_name": each.terms.name,
            "place_name": each.place_name,
            "day": each.known.day,
            "slot": each.known.slot,
            "made": each.made,
            "rule_sentence": each.sentence,
            "closes_at": each.closes_at,
        }
        yield each, proof_row, fact_row
