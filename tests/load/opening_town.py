"""A town on opening morning, written into enrolment's tables: families, children enrolled, days to book."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from chassis.database import engine_for, sessions_for
from contracts.caller import SYSTEM
from contracts.enrolment.offer import (
    ActivityKind,
    ActivityTerms,
    DefineActivity,
    DefinePlace,
    OfferActivity,
    PlaceKind,
    Season,
    Where,
)
from contracts.enrolment.terms import Waiting
from enrolment.catalogue import capacities, offer
from enrolment.schedule import calendar
from tests.load.ids import command, place_code

ACTIVITY = "pass-vacances"
HOT = "heure-chaude"


@dataclass(frozen=True)
class Town:
    """What was made. Family n (from 0) has account n, child n, and is enrolled in centre n modulo `centres`."""

    families: int
    centres: int
    first: date
    """The first day of the holidays that open; there are `days` of them."""
    days: int


def account(number: int) -> UUID:
    """The account of family n."""
    return UUID(int=(1 << 96) + number)


def child(number: int) -> UUID:
    """Its child."""
    return UUID(int=(2 << 96) + number)


def fill(database_url: str, now: datetime, *, families: int, centres: int, days: int, capacity: int) -> Town:
    """The town of `now`: `centres` × `days` sessions of `capacity` places in the next school holidays."""
    engine = engine_for(database_url, 2)
    sessions = sessions_for(engine)
    terms = ActivityTerms(
        code=ACTIVITY,
        name="Pass’Vacances",
        kind=ActivityKind.HOLIDAYS,
        unit="journée",
        at_once=True,
        where=Where.ANY_OFFERED,
        season=Season.HOLIDAYS,
        weekdays=frozenset({1, 2, 3, 4, 5}),
        capacity=capacity,
        waiting=Waiting(hours=24),
    )
    hot = terms.model_copy(update={"code": HOT, "name": "Séance très demandée", "capacity": 1_000_000})
    first = _next_holiday(calendar.local_day(now))
    found = [day for n in range(40) if _runs(day := first + timedelta(days=n))][:days]
    with sessions.begin() as session:
        for n in range(centres):
            offer.define_place(
                session,
                DefinePlace(
                    command_id=command("place", n),
                    code=place_code(n),
                    name=f"Centre {n}",
                    kind=PlaceKind.LEISURE,
                ),
                SYSTEM,
                now,
            )
        for each in (terms, hot):
            offer.define_activity(
                session, DefineActivity(command_id=command(each.code), terms=each), SYSTEM, now
            )
            for n in range(centres):
                ask = OfferActivity(
                    command_id=command(each.code, n), activity_code=each.code, place_code=place_code(n)
                )
                capacities.offer_activity(session, ask, SYSTEM, now)
    with engine.begin() as connection:
        values = {
            "families": families,
            "centres": centres,
            "year": calendar.school_year_of(found[0]).label,
            "days": found,
            "capacity": capacity,
        }
        for statement in _ROWS.split(";"):
            if statement.strip():
                connection.execute(text(statement), values)
        connection.execute(text("DELETE FROM outbox"))
    engine.dispose()
    return Town(families, centres, found[0], days)


def _runs(day: date) -> bool:
    return calendar.runs(Season.HOLIDAYS, frozenset({1, 2, 3, 4, 5}), day)


def _next_holiday(today: date) -> date:
    day = today + timedelta(days=14)
    while not _runs(day):
        day += timedelta(days=1)
    return day


_ROWS = """
INSERT INTO family (family_id, label, resident)
SELECT CAST(lpad(to_hex(n), 32, '0') AS uuid), 'Famille ' || n, true FROM generate_series(1, :families) n;
INSERT INTO child (child_id, first_name, last_name, birth_date, place_code, class_name, level)
SELECT CAST('00000002' || lpad(to_hex(n), 24, '0') AS uuid), 'Enfant', 'Martin', '2018-05-04', NULL, 'CE2', 'CE2'
  FROM generate_series(0, :families - 1) n;
INSERT INTO family_child (family_id, child_id)
SELECT CAST(lpad(to_hex(n + 1), 32, '0') AS uuid), CAST('00000002' || lpad(to_hex(n), 24, '0') AS uuid)
  FROM generate_series(0, :families - 1) n;
INSERT INTO family_guardian (family_id, account_id, name)
SELECT CAST(lpad(to_hex(n + 1), 32, '0') AS uuid), CAST('00000001' || lpad(to_hex(n), 24, '0') AS uuid), 'Camille Martin'
  FROM generate_series(0, :families - 1) n;
INSERT INTO enrolment (enrolment_id, child_id, family_id, activity_code, place_code, school_year, state, requested_at,
                       requested_by_name, decided_by_name, reason, version)
SELECT gen_random_uuid(), CAST('00000002' || lpad(to_hex(n), 24, '0') AS uuid), CAST(lpad(to_hex(n + 1), 32, '0') AS uuid),
       a.code, CASE a.code WHEN 'heure-chaude' THEN 'centre-0' ELSE 'centre-' || (n % :centres) END, :year, 'accepted', now(), 'Camille Martin', '', '', 1
  FROM generate_series(0, :families - 1) n, activity a;
INSERT INTO session (session_id, activity_code, place_code, day, slot, capacity, taken, closed_because)
SELECT gen_random_uuid(), 'pass-vacances', 'centre-' || n, d, '', :capacity, 0, ''
  FROM generate_series(0, :centres - 1) n, unnest(CAST(:days AS date[])) d;
INSERT INTO session (session_id, activity_code, place_code, day, slot, capacity, taken, closed_because)
SELECT CAST('00000003000000000000000000000000' AS uuid), 'heure-chaude', 'centre-0', min(d), '', 1000000, 0, ''
  FROM unnest(CAST(:days AS date[])) d
"""
HOT_SESSION = UUID(int=3 << 96)
