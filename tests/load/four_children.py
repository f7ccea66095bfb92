"""A family of four children and five activities, with booked days and a year's invoices, written into the databases."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import create_engine

from chassis.database import engine_for, sessions_for
from contracts.caller import SYSTEM, Caller, Kind
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.enrolments import RequestEnrolment
from contracts.enrolment.offer import DefineActivity, DefinePlace, OfferActivity, OpenSessions
from enrolment.booking import bookings
from enrolment.catalogue import capacities, offer
from enrolment.enrolling import enrolments
from enrolment.household import families
from enrolment.models import DaySession
from enrolment.schedule import calendar
from tests.load.ids import command
from tests.mothers import enrolment as mother
from tests.services.billing.conftest import Town as BillingTown

CHILDREN, ACTIVITIES = 4, 5


def fill_enrolment(url: str, account_id: UUID, now: datetime) -> UUID:
    """Four children, each enrolled in five activities, with the next month booked. Answers one child's id."""
    engine = engine_for(url, 1)
    sessions = sessions_for(engine)
    parent = Caller(kind=Kind.CITIZEN, account_id=account_id, name="Camille Martin")
    children = [mother.child(first_name=f"Enfant{n}") for n in range(CHILDREN)]
    today = calendar.local_day(now)
    codes = [f"activite-{n}" for n in range(ACTIVITIES)]
    with sessions.begin() as session:
        define = DefinePlace(
            command_id=command("place"), code=mother.SCHOOL, name="École Saint-Nicolas", city="Romans"
        )
        offer.define_place(session, define, SYSTEM, now)
        for code in codes:
            terms = mother.canteen(code=code, name=f"Activité {code[-1]}", capacity=200)
            offer.define_activity(session, DefineActivity(command_id=command(code), terms=terms), SYSTEM, now)
            ask = OfferActivity(
                command_id=command("offer", code), activity_code=code, place_code=mother.SCHOOL
            )
            capacities.offer_activity(session, ask, SYSTEM, now)
            opening = OpenSessions(
                command_id=command("open", code),
                activity_code=code,
                first=today - timedelta(days=60),
                last=today + timedelta(days=120),
            )
            offer.open_sessions(session, opening, SYSTEM)
        for child in children:
            families.keep_child(session, child)
        families.keep_family(session, mother.family([each.child_id for each in children], [account_id]))
        for child in children:
            for code in codes:
                ask_for = RequestEnrolment(
                    command_id=uuid4(), child_id=child.child_id, activity_code=code, place_code=mother.SCHOOL
                )
                enrolments.request(session, ask_for, parent, now)
        ids = [each.session_id for each in session.query(DaySession).filter(DaySession.day > today)][:150]
        for child in children:
            book = ChangeBookings(command_id=uuid4(), child_id=child.child_id, additions=ids)
            bookings.change(session, book, parent, now)
    engine.dispose()
    return children[0].child_id


def fill_billing(url: str, account_id: UUID, months: int = 8) -> None:
    """A published invoice a month of the past school year."""
    town = BillingTown(create_engine(url, connect_args={"options": "-c timezone=UTC"}))
    town.offer()
    family, child = town.family(account_id), town.child()
    for n in range(months):
        month = date(2026, 1 + n, 1)
        town.meals(child, family, 12, month)
        town.run(month)
    town.engine.dispose()
