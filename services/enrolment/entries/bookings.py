"""Bookings: shown, changed, proved."""

from chassis import metrics
from chassis.service import Service, answers
from contracts.caller import Caller
from contracts.enrolment.bookings import (
    BookingAnswer,
    BookingProofs,
    ChangeBookings,
    MonthPage,
    MonthView,
    ProofsView,
)
from contracts.events.consultations import Consulted
from enrolment import consultations
from enrolment.booking import bookings, months, proofs

BOOKED_DAYS = metrics.counter(
    "booked_days_total", "Days asked for, by activity and outcome", ("activity", "outcome")
)


def count_days(answer: BookingAnswer) -> None:
    """What a save did and refused, for ops."""
    for changed in answer.changed:
        BOOKED_DAYS.labels(changed.activity_code, "made" if changed.made else "cancelled").inc()
    for refused in answer.refused:
        BOOKED_DAYS.labels(refused.activity_code, refused.why).inc()


class BookingDesk(Service):
    """Bookings: shown, changed, proved."""

    @answers(MonthPage)
    def month_page(self, ask: MonthPage, caller: Caller) -> MonthView:
        now = self.clock.now()
        with self.begin() as session:
            view = months.month(session, ask, caller, now)
            if ask.family_id is not None:  # without one, a parent asks
                opened = f"{view.child.first_name} {view.child.last_name}, {view.month:%m/%Y}"
                consultations.note(
                    session, caller, Consulted.BOOKINGS, ask.family_id, ask.child_id, opened, now
                )
            return view

    @answers(ChangeBookings)
    def change_bookings(self, ask: ChangeBookings, caller: Caller) -> BookingAnswer:
        with self.begin() as session:
            answer = bookings.change(session, ask, caller, self.clock.now())
        count_days(answer)
        return answer

    @answers(BookingProofs)
    def booking_proofs(self, ask: BookingProofs, caller: Caller) -> ProofsView:
        with self.begin() as session:
            return proofs.list_proofs(session, ask, caller)
