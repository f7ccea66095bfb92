"""Enrolment's doors: what it answers, obeys and listens to. Each opens one transaction and calls one function."""

from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from chassis import metrics
from chassis.commands import once
from chassis.inbox import newer
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller, Role
from contracts.enrolment.attendance import (
    AttendanceDesk,
    AttendanceDeskView,
    FindChildren,
    FoundChildView,
    RollCall,
    RollCallView,
    SettleAttendance,
)
from contracts.enrolment.bookings import (
    BookingAnswer,
    BookingProofs,
    ChangeBookings,
    MonthPage,
    MonthView,
    ProofsView,
)
from contracts.enrolment.enrolments import (
    ChoicesView,
    DecideEnrolment,
    EnrolmentChoices,
    EnrolmentQueue,
    EnrolmentQueueView,
    EnrolmentView,
    MyEnrolments,
    RequestEnrolment,
    ShowEnrolment,
    WithdrawEnrolment,
)
from contracts.enrolment.home import Overview, OverviewView
from contracts.enrolment.mine import EnrolmentRecords
from contracts.enrolment.offer import (
    ActivityView,
    DefineActivity,
    DefinePlace,
    OfferActivity,
    OfferingView,
    OfferView,
    OpenSessions,
    PlaceView,
    Preview,
    ShowOffer,
)
from contracts.envelope import Envelope
from contracts.events.accounts import AccountClosed, ChildUpdated, CustodyUpdated, FamilyUpdated
from contracts.events.documents import DocumentShared
from contracts.events.enrolment import Consulted
from contracts.records import Records
from enrolment import (
    attendance,
    attendance_desk,
    bookings,
    calendar,
    consultations,
    custody,
    deadlines,
    enrolment_views,
    enrolments,
    families,
    mine,
    months,
    offer,
    overview,
    proofs,
    school_years,
)

log = structlog.get_logger()

BOOKED_DAYS = metrics.counter(
    "booked_days_total", "Days asked for, by activity and outcome", ("activity", "outcome")
)
ENROLMENTS = metrics.counter(
    "enrolments_total", "Enrolments, by activity and state reached", ("activity", "state")
)
SHEETS = metrics.counter("sheets_settled_total", "Roll-calls saved, by activity", ("activity", "kind"))
ATTACHMENTS = metrics.counter("attachments_total", "Documents received for enrolments", ("outcome",))


class EnrolmentService(Service):
    name = "enrolment"

    # ------------------------------------------------------------ the offer

    @answers(ShowOffer)
    def show_offer(self, ask: ShowOffer, caller: Caller) -> OfferView:
        with self.begin() as session:
            return offer.show_offer(session, calendar.local_day(self.clock.now()))

    @answers(Preview)
    def preview(self, ask: Preview, caller: Caller) -> list[str]:
        caller.staff(Role.ADMINISTRATION)
        return [deadlines.sentence(rule) for rule in ask.rules]

    @answers(DefinePlace)
    def define_place(self, ask: DefinePlace, caller: Caller) -> PlaceView:
        now = self.clock.now()
        with self.begin() as session:
            place = once(session, ask, caller, lambda: offer.define_place(session, ask, caller, now))
            school_years.tell_known(session, now)
            return place

    @answers(DefineActivity)
    def define_activity(self, ask: DefineActivity, caller: Caller) -> ActivityView:
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: offer.define_activity(session, ask, caller, self.clock.now())
            )

    @answers(OfferActivity)
    def offer_activity(self, ask: OfferActivity, caller: Caller) -> OfferingView:
        with self.begin() as session:
            today = calendar.local_day(self.clock.now())
            return once(session, ask, caller, lambda: offer.offer_activity(session, ask, caller, today))

    @answers(OpenSessions)
    def open_sessions(self, ask: OpenSessions, caller: Caller) -> int:
        with self.begin() as session:
            return once(session, ask, caller, lambda: offer.open_sessions(session, ask, caller))

    # ------------------------------------------------------------ enrolments

    @answers(EnrolmentChoices)
    def enrolment_choices(self, ask: EnrolmentChoices, caller: Caller) -> ChoicesView:
        with self.begin() as session:
            return enrolment_views.choices(session, ask.child_id, caller, self.clock.now())

    @answers(RequestEnrolment)
    def request_enrolment(self, ask: RequestEnrolment, caller: Caller) -> EnrolmentView:
        def request() -> EnrolmentView:
            enrolment_id = enrolments.request(session, ask, caller, self.clock.now())
            return _shown(session, enrolment_id, caller)

        with self.begin() as session:
            view = once(session, ask, caller, request)
        ENROLMENTS.labels(view.activity_code, view.state).inc()
        return view

    @answers(DecideEnrolment)
    def decide_enrolment(self, ask: DecideEnrolment, caller: Caller) -> EnrolmentView:
        def decide() -> EnrolmentView:
            enrolments.decide(session, ask, caller, self.clock.now())
            return _shown(session, ask.enrolment_id, caller)

        with self.begin() as session:
            view = once(session, ask, caller, decide)
        ENROLMENTS.labels(view.activity_code, view.state).inc()
        return view

    @answers(WithdrawEnrolment)
    def withdraw_enrolment(self, ask: WithdrawEnrolment, caller: Caller) -> EnrolmentView:
        def withdraw() -> EnrolmentView:
            enrolments.withdraw(session, ask, caller, self.clock.now())
            return _shown(session, ask.enrolment_id, caller)

        with self.begin() as session:
            view = once(session, ask, caller, withdraw)
        ENROLMENTS.labels(view.activity_code, view.state).inc()
        return view

    @answers(MyEnrolments)
    def my_enrolments(self, ask: MyEnrolments, caller: Caller) -> list[EnrolmentView]:
        with self.begin() as session:
            return enrolment_views.of_account(session, caller, calendar.local_day(self.clock.now()))

    @answers(ShowEnrolment)
    def show_enrolment(self, ask: ShowEnrolment, caller: Caller) -> EnrolmentView:
        with self.begin() as session:
            view = enrolment_views.show(session, ask.enrolment_id, caller)
            opened = f"{view.child_name}, {view.activity_name}"
            consultations.note(
                session,
                caller,
                Consulted.ENROLMENT,
                view.family_id,
                view.child_id,
                opened,
                self.clock.now(),
            )
            return view

    @answers(EnrolmentQueue)
    def enrolment_queue(self, ask: EnrolmentQueue, caller: Caller) -> EnrolmentQueueView:
        with self.begin() as session:
            return enrolment_views.queue(session, ask, caller)

    # ------------------------------------------------------------ bookings

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
            answer = once(
                session, ask, caller, lambda: bookings.change(session, ask, caller, self.clock.now())
            )
        for changed in answer.changed:
            BOOKED_DAYS.labels(changed.activity_code, "made" if changed.made else "cancelled").inc()
        for refused in answer.refused:
            BOOKED_DAYS.labels(refused.activity_code, refused.why).inc()
        return answer

    @answers(BookingProofs)
    def booking_proofs(self, ask: BookingProofs, caller: Caller) -> ProofsView:
        with self.begin() as session:
            return proofs.list_proofs(session, ask, caller)

    @answers(Overview)
    def overview(self, ask: Overview, caller: Caller) -> OverviewView:
        with self.begin() as session:
            return overview.overview(session, caller, self.clock.now())

    # ------------------------------------------------------------ attendance

    @answers(RollCall)
    def roll_call(self, ask: RollCall, caller: Caller) -> RollCallView:
        with self.begin() as session:
            return attendance.roll_call(session, ask, caller)

    @answers(SettleAttendance)
    def settle_attendance(self, ask: SettleAttendance, caller: Caller) -> RollCallView:
        with self.begin() as session:
            view = once(
                session, ask, caller, lambda: attendance.settle(session, ask, caller, self.clock.now())
            )
        SHEETS.labels(view.activity_code, "first" if view.version == 1 else "correction").inc()
        return view

    @answers(AttendanceDesk)
    def attendance_desk(self, ask: AttendanceDesk, caller: Caller) -> AttendanceDeskView:
        with self.begin() as session:
            return attendance_desk.desk(session, ask, caller)

    @answers(FindChildren)
    def find_children(self, ask: FindChildren, caller: Caller) -> list[FoundChildView]:
        with self.begin() as session:
            return attendance_desk.find_children(session, ask, caller)

    @answers(EnrolmentRecords)
    def enrolment_records(self, ask: EnrolmentRecords, caller: Caller) -> Records:
        account_id = caller.citizen()
        with self.begin() as session:
            return mine.records(session, account_id)

    # ------------------------------------------------------------ what the others tell

    @subscribes(FamilyUpdated)
    def keep_family(self, session: Session, fact: FamilyUpdated, envelope: Envelope) -> None:
        if newer(session, "family", fact.family_id, envelope.aggregateversion):
            families.keep_family(session, fact)

    @subscribes(AccountClosed)
    def drop_account(self, session: Session, fact: AccountClosed, envelope: Envelope) -> None:
        families.drop_account(session, fact.account_id)

    @subscribes(ChildUpdated)
    def keep_child(self, session: Session, fact: ChildUpdated, envelope: Envelope) -> None:
        if newer(session, "child", fact.child_id, envelope.aggregateversion):
            families.keep_child(session, fact)

    @subscribes(CustodyUpdated)
    def keep_custody(self, session: Session, fact: CustodyUpdated, envelope: Envelope) -> None:
        if newer(session, "custody", fact.child_id, envelope.aggregateversion):
            custody.keep(session, fact)

    @subscribes(DocumentShared)
    def keep_attachment(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        if fact.subject_kind != "enrolment":
            return
        kept = enrolments.attach(session, fact, self.clock.now())
        ATTACHMENTS.labels("kept" if kept else "refused").inc()
        if not kept:
            log.warning("attachment refused", enrolment=str(fact.subject_id), account=str(fact.account_id))

    # ------------------------------------------------------------ what runs by itself

    @every(seconds=60)
    def tell_school_years(self) -> None:
        """The calendar of an installed system, a new year when it begins, and what a new release corrects."""
        with self.begin() as session:
            school_years.tell_known(session, self.clock.now())


def _shown(session: Session, enrolment_id: UUID, caller: Caller) -> EnrolmentView:
    session.flush()
    return enrolment_views.show(session, enrolment_id, caller)
