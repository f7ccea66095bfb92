"""One sentence a rule, wherever it is read; and a closure that moves no deadline."""

from datetime import date, datetime
from uuid import UUID, uuid4

from chassis.clock import PARIS
from contracts.caller import Caller, Role
from contracts.enrolment.bookings import BookingProofs, ChangeBookings, MonthPage
from contracts.enrolment.closures import DeclareClosure, Scope
from enrolment.booking import deadlines, months, proofs
from enrolment.catalogue import offer
from enrolment.schedule import closures
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town

THURSDAY, FRIDAY = date(2026, 12, 3), date(2026, 12, 4)
CANTEEN = mother.canteen()
ADDING, CANCELLING = deadlines.sentence(CANTEEN.adding), deadlines.sentence(CANTEEN.cancelling)


def closing_of(town: Town, child_id: UUID, parent: Caller, day: date) -> datetime | None:
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=day), parent, NOW)
    return next(each.cells[0].closes_at for each in view.days if each.day == day)


def test_the_month_the_proof_the_refusal_and_the_offer_say_the_same_sentence(town: Town) -> None:
    child_id, parent = town.pupil()
    town.book(child_id, parent, FRIDAY)
    too_late = datetime(2026, 12, 3, 10, tzinfo=PARIS)
    session_id = town.session_on(FRIDAY).session_id
    [refused] = town.change(
        ChangeBookings(command_id=uuid4(), child_id=child_id, removals=[session_id]), parent, too_late
    ).refused
    with town.begin() as session:
        month = months.month(session, MonthPage(child_id=child_id, month=FRIDAY), parent, NOW)
        [proof] = proofs.list_proofs(session, BookingProofs(), parent).proofs
        shown = offer.show_offer(session, NOW.date())
    [activity] = month.activities
    [offered] = [each for each in shown.activities if each.terms.code == "cantine"]
    assert (activity.adding_sentence, activity.cancelling_sentence) == (ADDING, CANCELLING)
    assert (offered.adding_sentence, offered.cancelling_sentence) == (ADDING, CANCELLING)
    assert proof.rule_sentence == ADDING
    assert refused.rule_sentence == CANCELLING


def test_a_closed_day_still_counts_as_a_working_day_of_the_deadlines(town: Town) -> None:
    child_id, parent = town.pupil()
    before = closing_of(town, child_id, parent, FRIDAY)
    assert before is not None
    ask = DeclareClosure(
        command_id=uuid4(), scope=Scope(first=before.date(), last=THURSDAY), reason="Grève : pas de cantine"
    )
    with town.begin() as session:
        closures.declare(session, ask, mother.agent(Role.ADMINISTRATION), NOW)
    assert closing_of(town, child_id, parent, FRIDAY) == before
