"""Enrolment answers: see `contracts.enrolment` for what each question and command means, `entries` for who takes it."""

from chassis.parking import ParkingDesk
from enrolment.entries.absences import AbsenceDesk
from enrolment.entries.attendance import RollCallDesk
from enrolment.entries.bookings import BookingDesk
from enrolment.entries.closures import ClosureDesk
from enrolment.entries.copies import CopyDesk
from enrolment.entries.enrolments import EnrolmentDesk
from enrolment.entries.feeds import FeedDesk
from enrolment.entries.given import GivenDesk
from enrolment.entries.home import HomeDesk
from enrolment.entries.kitchens import KitchenDesk
from enrolment.entries.letters import LetterDesk
from enrolment.entries.offer import OfferDesk
from enrolment.entries.orders import OrderDesk
from enrolment.entries.procedures import ProcedureFormsDesk
from enrolment.entries.request_handling import RequestOffice
from enrolment.entries.requests import RequestDesk
from enrolment.entries.waiting import WaitingDesk
from enrolment.entries.weeks import WeekDesk


class EnrolmentService(
    OfferDesk,
    ClosureDesk,
    EnrolmentDesk,
    GivenDesk,
    BookingDesk,
    WaitingDesk,
    WeekDesk,
    RollCallDesk,
    AbsenceDesk,
    KitchenDesk,
    ProcedureFormsDesk,
    FeedDesk,
    RequestDesk,
    RequestOffice,
    LetterDesk,
    OrderDesk,
    HomeDesk,
    CopyDesk,
    ParkingDesk,
):
    """The service, whole: one class per matter."""

    name = "enrolment"
