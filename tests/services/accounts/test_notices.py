"""Facts become mail: to the guardians of the family they name, once, gathered where many come together."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from accounts.mailing import booking_news, mail, notices
from accounts.mailing.attendance_news import evening_of
from accounts.mailing.mail import Site
from accounts.wording import of
from chassis.clock import PARIS
from contracts.accounts.families import RedeemKey
from contracts.envelope import Envelope
from contracts.events.accounts import AccountRegistered, ActivationKeyRedeemed
from contracts.events.attendance import AttendanceLine, AttendanceSettled, Mark
from contracts.events.billing import (
    AllowanceEnded,
    AllowanceGranted,
    DebitAnnounced,
    DebitRejected,
    DebitWithdrawn,
    InvoiceLineAnswered,
    InvoiceLineContested,
    InvoicePublished,
    MandateEnded,
    MandateResumed,
    MandateSigned,
    PaidPart,
    PaymentBounced,
    PaymentFailed,
    RefundMade,
    RemindedInvoice,
    ReminderSent,
)
from contracts.events.bookings import BookingCancelled, BookingMade, DaysHandedOver, HandedDay
from contracts.events.documents import DocumentExpiring, DocumentOpened
from contracts.events.enrolments import (
    EnrolmentAccepted,
    EnrolmentDocumentAsked,
    EnrolmentFact,
    EnrolmentLapsed,
    EnrolmentOffered,
    EnrolmentWaiting,
    EnrolmentWithdrawn,
)
from contracts.events.event import Event
from contracts.events.offer import ActivityUpdated
from contracts.events.waiting import PlaceOffered, WaitingEnded, WaitingState
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEA, MAX = "lea@exemple.fr", "max@exemple.fr"
SITE = Site("https://espace.exemple.fr", "Ville <ville@exemple.fr>")


def plain(text: str) -> str:
    """With one kind of space, on one line."""
    return " ".join(text.split())


class Home:
    """One household with two accounts, another with a child of its own; the child of the first."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.fill()
        with desk.begin() as session:
            rows = session.connection().exec_driver_sql(
                "SELECT family_id, array_agg(guardian_id::text ORDER BY guardian_id) FROM guardian"
                " GROUP BY family_id HAVING count(*) = 2 ORDER BY family_id LIMIT 1"
            )
            family_id, guardians = rows.one()
            self.family_id = UUID(str(family_id))
            child = session.connection().exec_driver_sql(
                "SELECT c.child_id, c.first_name FROM child c JOIN family_child USING (child_id)"
                f" WHERE family_id = '{family_id}' ORDER BY c.child_id LIMIT 1"
            )
            self.child_id, self.child = child.one()
            other = session.connection().exec_driver_sql(
                f"SELECT guardian_id FROM guardian WHERE family_id <> '{family_id}' ORDER BY guardian_id LIMIT 1"
            )
            stranger = other.scalar_one()
        self.lea, self.max = desk.parent(LEA), desk.parent(MAX, first_name="Max")
        desk.parent("autre@exemple.fr", first_name="Autre")
        keys = desk.keys(*[UUID(guardian) for guardian in guardians], stranger)
        for guardian, account_id in zip(guardians, (self.lea, self.max), strict=True):
            desk.ask(RedeemKey(command_id=uuid4(), key=keys[UUID(guardian)]), mother.a_citizen(account_id))
        self.tell(
            ActivityUpdated(activity_code="cantine", activity_name="Cantine", unit="repas", child_care=False)
        )
        self.before = len(desk.mails())

    def tell(self, fact: Event, at: datetime = AT, version: int = 1) -> Envelope:
        envelope = Envelope(
            id=uuid4(), source="/e", type=fact.event_type(), subject="x", time=at, dataschema="", data={},
            aggregateversion=version,
        )  # fmt: skip
        self.again(fact, envelope)
        return envelope

    def again(self, fact: Event, envelope: Envelope) -> None:
        for handler in HANDLERS[type(fact)]:
            getattr(self.desk.service, handler)(fact, envelope)

    def new(self) -> list[tuple[str, str]]:
        return sorted((each.to, each.kind) for each in self.desk.mails()[self.before :])

    def booking(self, kind: type[Any], day: int, **more: Any) -> Any:
        return kind(
            booking_id=uuid4(), session_id=uuid4(), child_id=self.child_id, activity_code="cantine",
            place_code=mother.SCHOOL, day=date(2026, 12, day),
            **{"family_id": self.family_id, "changed_by": self.lea, **more},
        )  # fmt: skip

    def waiting(self, *days: date) -> dict[str, Any]:
        return {
            "waiting_id": uuid4(), "session_ids": [uuid4() for _ in days], "child_id": self.child_id,
            "child_name": "Zoé Martin", "family_id": self.family_id, "activity_code": "cantine",
            "activity_name": "Cantine", "place_code": mother.SCHOOL, "days": list(days),
        }  # fmt: skip

    def enrolment(self) -> dict[str, Any]:
        return EnrolmentFact(
            enrolment_id=uuid4(), child_id=self.child_id, child_name="Zoé Martin", family_id=self.family_id,
            activity_code="cantine", activity_name="Cantine", place_code=mother.SCHOOL, school_year="2026-2027",
        ).model_dump()  # fmt: skip

    def sheet(self, mark: Mark | None, session_id: UUID, child_id: UUID | None = None) -> AttendanceSettled:
        lines = (
            [AttendanceLine(child_id=child_id or self.child_id, family_id=self.family_id, mark=mark)]
            if mark
            else []
        )
        return AttendanceSettled(
            session_id=session_id, activity_code="cantine", place_code=mother.SCHOOL,
            day=date(2026, 11, 23), lines=lines,
        )  # fmt: skip


HANDLERS: dict[type[Event], list[str]] = {
    ActivityUpdated: ["keep_activity"],
    BookingMade: ["gather_booking"],
    BookingCancelled: ["gather_cancellation"],
    AttendanceSettled: ["gather_attendance"],
    DaysHandedOver: ["mail_handover"],
    EnrolmentDocumentAsked: ["mail_document_asked"],
    EnrolmentLapsed: ["mail_lapse"],
    EnrolmentOffered: ["mail_offer"],
    EnrolmentWaiting: ["mail_waiting"],
    EnrolmentWithdrawn: ["mail_withdrawal"],
    PlaceOffered: ["mail_place"],
    WaitingEnded: ["mail_end_of_waiting"],
    PaymentFailed: ["mail_failure"],
    InvoicePublished: ["mail_invoice"],
    RefundMade: ["mail_refund"],
    PaymentBounced: ["mail_bounce"],
    ReminderSent: ["mail_reminder"],
    AllowanceGranted: ["mail_allowance"],
    AllowanceEnded: ["mail_allowance_end"],
    InvoiceLineContested: ["mail_contested_line"],
    InvoiceLineAnswered: ["mail_answered_line"],
    MandateSigned: ["mail_mandate"],
    MandateEnded: ["mail_mandate_end"],
    MandateResumed: ["mail_mandate_resumed"],
    DebitAnnounced: ["mail_debit"],
    DebitWithdrawn: ["mail_debit_withdrawn"],
    DebitRejected: ["mail_debit_rejected"],
    DocumentOpened: ["mail_opening"],
    DocumentExpiring: ["mail_expiry"],
    AccountRegistered: ["mail_welcome"],
    ActivationKeyRedeemed: ["mail_link"],
}


@pytest.fixture
def home(desk: Desk) -> Home:
    return Home(desk)


def test_a_freed_place_is_told_to_both_guardians_with_until_when(home: Home) -> None:
    ends = datetime(2026, 11, 25, 18, tzinfo=PARIS)
    home.tell(PlaceOffered(**home.waiting(date(2026, 12, 4)), offer_ends_at=ends))
    assert home.new() == [(LEA, "place_offered"), (MAX, "place_offered")]
    words = plain(home.desk.mails(MAX)[-1].text)
    assert "Cantine, le 4 décembre 2026. Elle est gardée pour Zoé Martin jusqu’au 25 novembre 2026" in words
    assert "/mon-espace/attente/" in words


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        (WaitingState.LAPSED, "place_lapsed", "n’a pas été prise à temps"),
        (WaitingState.OVER, "place_never_came", "Aucune place ne s’est libérée pour Zoé Martin"),
        (WaitingState.TAKEN, "", ""),
        (WaitingState.LEFT, "", ""),
        (WaitingState.CLOSED, "", ""),
    ],
)
def test_the_end_of_a_wait_is_told_where_nobody_asked_for_it(
    home: Home, state: WaitingState, kind: str, said: str
) -> None:
    week = [date(2026, 12, number) for number in (7, 8, 10, 11)]
    home.tell(WaitingEnded(**home.waiting(*week), state=state))
    assert [told for _, told in home.new()] == ([kind, kind] if kind else [])
    if said:
        words = plain(home.desk.mails(LEA)[-1].text)
        assert said in words
        assert "du 7 décembre 2026 au 11 décembre 2026" in words


def test_an_enrolment_without_a_place_then_with_one_is_told(home: Home) -> None:
    known = home.enrolment()
    home.tell(EnrolmentWaiting(**known), version=2)
    home.tell(EnrolmentOffered(**known, offer_ends_at=datetime(2026, 11, 25, 18, tzinfo=PARIS)), version=3)
    home.tell(EnrolmentLapsed(**known), version=4)
    assert [kind for to, kind in home.new() if to == MAX] == [
        "enrolment_lapsed",
        "enrolment_offered",
        "enrolment_waiting",
    ]
    offered = next(each for each in home.desk.mails(MAX) if each.kind == "enrolment_offered")
    assert "jusqu’au 25 novembre 2026 à 18 h" in plain(offered.text)


def test_a_document_that_cannot_serve_again_is_asked_of_both_guardians(home: Home) -> None:
    known = home.enrolment()
    home.tell(EnrolmentDocumentAsked(**known, document_type="assurance"), version=2)
    assert home.new() == [(LEA, "enrolment_document_asked"), (MAX, "enrolment_document_asked")]
    words = plain(home.desk.mails(MAX)[-1].text)
    assert "Un justificatif déjà fourni devait servir à nouveau pour la demande de Zoé Martin" in words
    assert f"/mon-espace/inscriptions/suivi/{known['enrolment_id']}" in words


def test_a_save_of_many_days_is_one_mail_to_each_guardian(home: Home) -> None:
    for day in (1, 3, 4):
        home.tell(home.booking(BookingMade, day))
    home.tell(home.booking(BookingCancelled, 8, changed_by=None))
    home.desk.service.write_booking_news()
    assert home.new() == []
    home.desk.clock.forward(minutes=15)
    home.desk.service.write_booking_news()
    home.desk.service.write_booking_news()
    assert home.new() == [(LEA, "bookings_changed"), (MAX, "bookings_changed")]
    to_max = home.desk.mails(MAX)[-1]
    assert plain(to_max.subject) == "Réservations modifiées : 3 jours réservés, 1 jour annulé"
    words = plain(to_max.text)
    assert f"{home.child}, Cantine. Réservé le 23 novembre 2026 à 10 h par Léa Martin" in words
    assert "décembre 2026 : mardi 1er, jeudi 3, vendredi 4" in words
    assert "Annulé le 23 novembre 2026 à 10 h par la mairie" in words
    assert "par vous" in home.desk.mails(LEA)[-1].text
    assert "« " not in to_max.text


def test_days_that_another_calendar_moves_are_told_once_and_not_as_cancelled(home: Home) -> None:
    for kind, day in ((BookingCancelled, 1), (BookingCancelled, 3), (BookingMade, 8)):
        home.tell(home.booking(kind, day, handed_over=True, changed_by=None))
    home.desk.clock.forward(minutes=15)
    home.desk.service.write_booking_news()
    assert home.new() == []

    def days(*numbers: int) -> list[HandedDay]:
        return [HandedDay(activity_name="Cantine", day=date(2026, 12, day)) for day in numbers]

    told = DaysHandedOver(child_id=home.child_id, family_id=home.family_id, gained=days(8), lost=days(1, 3))
    home.tell(told)
    assert home.new() == [(LEA, "days_handed_over"), (MAX, "days_handed_over")]
    mail = home.desk.mails(LEA)[-1]
    assert plain(mail.subject) == f"Jours réservés {of(home.child)} : le calendrier de garde a changé"
    words = plain(mail.text)
    assert "vous seront facturés ; vous pouvez les annuler" in words
    assert "- Cantine, décembre 2026 : mardi 8" in words
    assert "ne vous seront plus facturés : - Cantine, décembre 2026 : mardi 1er, jeudi 3" in words


def test_a_day_booked_and_cancelled_in_the_same_quarter_of_an_hour_is_no_news(home: Home) -> None:
    home.tell(home.booking(BookingMade, 1))
    home.tell(home.booking(BookingCancelled, 1), at=AT + timedelta(minutes=2))
    home.desk.clock.forward(minutes=20)
    home.desk.service.write_booking_news()
    assert home.new() == []
    assert home.desk.count("booking_digest") == home.desk.count("booking_news") == 0


def test_a_family_that_keeps_changing_is_written_to_within_the_hour(home: Home) -> None:
    for day in range(1, 9):
        home.tell(home.booking(BookingMade, day))
        home.desk.clock.forward(minutes=10)
        home.desk.service.write_booking_news()
    assert home.new() == [(LEA, "bookings_changed"), (MAX, "bookings_changed")]


def test_a_fact_told_twice_counts_once_and_a_day_late_still_counts(home: Home) -> None:
    fact = home.booking(BookingMade, 1)
    home.desk.clock.forward(days=1)
    told = home.tell(fact)
    home.again(fact, told)
    assert home.desk.count("booking_news") == 1
    home.desk.clock.forward(minutes=15)
    home.desk.service.write_booking_news()
    assert len(home.new()) == 2


def test_killed_while_writing_nothing_is_lost_and_nothing_told_twice(home: Home, monkeypatch) -> None:
    home.tell(home.booking(BookingMade, 1))
    home.desk.clock.forward(minutes=15)
    whole = mail.write_all

    def die(*args: Any, **values: Any) -> int:
        whole(*args, **values)
        raise KeyboardInterrupt

    monkeypatch.setattr(mail, "write_all", die)
    with pytest.raises(KeyboardInterrupt):
        home.desk.service.write_booking_news()
    monkeypatch.undo()
    assert home.new() == []
    home.desk.service.write_booking_news()
    assert len(home.new()) == 2


def test_many_writers_and_changes_at_once_tell_each_day_once(home: Home) -> None:
    """Four timers write while bookings go on arriving: every day is told, none twice."""
    start = threading.Barrier(5)

    def write() -> None:
        start.wait()
        for _ in range(30):
            with home.desk.begin() as session:
                booking_news.write_one(session, SITE, AT + timedelta(hours=5))

    def book() -> None:
        start.wait()
        for day in range(1, 29):
            with home.desk.begin() as session:
                booking_news.gather(session, home.booking(BookingMade, day), AT, AT + timedelta(hours=4))

    threads = [threading.Thread(target=write) for _ in range(4)] + [threading.Thread(target=book)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with home.desk.begin() as session:
        while booking_news.write_one(session, SITE, AT + timedelta(hours=9)):
            pass
    told = [
        line
        for each in home.desk.mails(MAX)
        if each.kind == "bookings_changed"
        for line in each.text.split(",")
    ]
    days = " ".join(told).replace("\u00a0", " ")
    assert [sum(f" {day} " in f"{days} " or f" {day}\n" in days for _ in [0]) for day in range(2, 29)] == [
        1
    ] * 27
    counted = sum(
        int(each.subject.split(":")[1].split()[0])
        for each in home.desk.mails(MAX)
        if each.kind == "bookings_changed"
    )
    assert counted == 28


def test_an_absence_without_reason_is_told_the_same_evening_and_a_correction_after_it(home: Home) -> None:
    session_id = uuid4()
    home.tell(home.sheet(Mark.ABSENT_UNJUSTIFIED, session_id))
    home.desk.service.write_attendance_news()
    assert home.new() == []
    home.desk.clock.at = datetime(2026, 11, 23, 18, 30, tzinfo=PARIS)
    home.desk.service.write_attendance_news()
    home.desk.service.write_attendance_news()
    assert home.new() == [(LEA, "attendance_noted"), (MAX, "attendance_noted")]
    assert home.desk.mails(MAX)[-1].subject.endswith("absence non signalée")
    home.tell(home.sheet(Mark.ABSENT_JUSTIFIED, session_id), version=2)
    home.desk.service.write_attendance_news()
    assert len(home.new()) == 4
    assert "l’appel a été corrigé" in plain(home.desk.mails(MAX)[-1].text)


def test_what_is_corrected_before_the_evening_is_never_told(home: Home) -> None:
    session_id = uuid4()
    home.tell(home.sheet(Mark.PRESENT_WITHOUT_BOOKING, session_id))
    home.tell(home.sheet(None, session_id), version=2)
    home.tell(home.sheet(Mark.PRESENT_WITHOUT_BOOKING, session_id), version=1)
    home.desk.clock.forward(days=1)
    home.desk.service.write_attendance_news()
    home.desk.service.forget_old()
    assert home.new() == []
    assert home.desk.count("attendance_news") == 0


def test_being_there_or_absent_in_time_is_no_news(home: Home) -> None:
    for mark in (Mark.PRESENT, Mark.ABSENT_IN_TIME, Mark.ABSENT_JUSTIFIED):
        home.tell(home.sheet(mark, uuid4()))
    assert home.desk.count("attendance_news") == 0


def test_the_evening_is_the_day_s_or_now() -> None:
    morning = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    night = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    assert evening_of(morning) == datetime(2026, 11, 23, 18, 30, tzinfo=PARIS)
    assert evening_of(night) == night


def test_the_others_are_told_that_an_account_was_linked(home: Home) -> None:
    home.tell(ActivationKeyRedeemed(family_id=home.family_id, guardian_id=uuid4(), account_id=home.lea))
    assert home.new() == [(MAX, "guardian_linked")]
    assert home.desk.mails(MAX)[-1].subject == "Léa Martin a rejoint le dossier de votre famille"


def test_who_tried_to_pay_is_told_that_nothing_was_taken(home: Home) -> None:
    for reason, words in (("card_declined", "a été refusé"), ("abandoned", "n’a pas été terminé")):
        home.tell(
            PaymentFailed(
                payment_id=uuid4(),
                invoice_id=uuid4(),
                family_id=home.family_id,
                account_id=home.max,
                reason=reason,
            )
        )
        assert words in home.desk.mails(MAX)[-1].text
    assert home.new() == [(MAX, "payment_failed")] * 2


@pytest.mark.parametrize(
    ("way", "words"),
    [("provider", "sur la carte qui a payé"), ("counter", "au guichet"), ("treasury", "par virement")],
)
def test_who_had_paid_is_told_how_the_money_comes_back(home: Home, way: str, words: str) -> None:
    home.tell(
        RefundMade(
            refund_id=uuid4(),
            payment_id=uuid4(),
            family_id=home.family_id,
            account_id=home.max,
            amount_cents=1250,
            way=way,
            receipt_number="ENF-Q-2026-000045",
        )
    )
    assert home.new() == [(MAX, "refund_made")]
    mail = home.desk.mails(MAX)[-1]
    assert plain(mail.subject) == "Remboursement de 12,50 €"
    assert words in plain(mail.text)
    assert "ENF-Q-2026-000045" in mail.text


def test_a_late_household_reads_what_it_owes_and_that_nothing_is_closed_to_its_children(home: Home) -> None:
    home.tell(
        ReminderSent(
            reminder_id=uuid4(),
            family_id=home.family_id,
            step=1,
            subject="Rappel : une facture reste à payer",
            paragraphs=["C’est peut-être un oubli.", "Si vous venez de payer, ne tenez pas compte de ce message."],
            promise="Une facture impayée ne ferme jamais la cantine.",
            total_cents=4800,
            invoices=[
                RemindedInvoice(
                    invoice_id=uuid4(), number="ENF-2026-000123", month=date(2026, 10, 1),
                    due_on=date(2026, 11, 23), cents=4800,
                )
            ],
        )
    )  # fmt: skip
    assert home.new() == [(address, "reminder_sent") for address in (LEA, MAX)]
    mail = home.desk.mails(MAX)[-1]
    assert plain(mail.subject) == "Rappel : une facture reste à payer"
    for words in ("C’est peut-être un oubli.", "48,00 €", "ENF-2026-000123", "ne ferme jamais la cantine"):
        assert words in plain(mail.text)


def test_a_contested_line_has_its_receipt_and_its_answer(home: Home) -> None:
    common: dict[str, Any] = {
        "objection_id": uuid4(), "invoice_id": uuid4(), "invoice_number": "ENF-2026-000123",
        "family_id": home.family_id, "account_id": home.max, "child_name": "Zoé Martin",
        "activity_name": "Cantine", "days": [date(2026, 11, 5), date(2026, 11, 6)], "cents": 640,
    }  # fmt: skip
    home.tell(InvoiceLineContested(reason="other", answer_before=date(2027, 1, 12), **common))
    assert home.new() == [(MAX, "invoice_line_contested")]
    receipt = plain(home.desk.mails(MAX)[-1].text)
    for words in (
        "5 novembre",
        "6 novembre",
        "soit 6,40 €",
        "avant le 12 janvier 2027",
        "La somme reste due",
    ):
        assert words in receipt
    for outcome, given, number, words in (
        ("waived", 320, "ENF-2026-000200", "3,20 € vous sont rendus par l’avoir n° ENF-2026-000200"),
        ("waived", 640, "", "6,40 € vous sont rendus : votre prochaine facture en tient compte"),
        ("repriced", 640, "", "c’est corrigé : 6,40 € vous sont rendus"),
        ("explained", 0, "", "La ligne est maintenue"),
    ):
        home.tell(
            InvoiceLineAnswered(
                outcome=outcome, given_cents=given, credit_note_number=number, answer="Vérifié.", **common
            )
        )
        for to in (LEA, MAX):
            answer = plain(home.desk.mails(to)[-1].text)
            assert words in answer
            assert "« Vérifié. »" in answer
            assert ("tribunal" in answer) == (given < 640)


def test_an_invoice_says_what_is_left_and_a_credit_note_is_good_news(home: Home) -> None:
    common: dict[str, Any] = {
        "invoice_id": uuid4(), "number": "2026-000042", "family_id": home.family_id, "fund": "regie",
        "month": date(2026, 10, 1), "due_on": date(2026, 12, 15),
    }  # fmt: skip
    home.tell(InvoicePublished(total_cents=8420, left_cents=2000, **common))
    assert "Vous avez 20,00\u00a0€ à régler" in home.desk.mails(LEA)[-1].text
    home.tell(InvoicePublished(total_cents=8420, left_cents=0, **common))
    assert "rien à payer" in home.desk.mails(LEA)[-1].text
    home.tell(InvoicePublished(total_cents=-1250, kind="credit_note", **common))
    assert home.desk.mails(LEA)[-1].subject == "Un avoir de 12,50 € en votre faveur"


def test_a_household_of_any_size_is_written_to_in_three_statements(home: Home) -> None:
    """Whose choices, whose accounts, one insert: the same for a month of invoices and for a day."""
    fact = EnrolmentAccepted(
        enrolment_id=uuid4(), child_id=home.child_id, child_name="Noé", family_id=home.family_id,
        activity_code="cantine", activity_name="Cantine", place_code=mother.SCHOOL, school_year="2026-2027",
    )  # fmt: skip
    statements: list[str] = []
    event.listen(home.desk.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with home.desk.begin() as session:
        notices.enrolment_accepted(session, SITE, fact, AT, AT)
    assert len(statements) == 3
    assert home.new() == [(LEA, "enrolment_accepted"), (MAX, "enrolment_accepted")]


def test_a_document_opened_is_told_once_and_one_that_expires(home: Home) -> None:
    opened = DocumentOpened(
        share_id=uuid4(), document_id=uuid4(), agent_id=uuid4(), agent_name="Odile Garnier",
        account_id=home.lea, type_name="Attestation CAF",
    )  # fmt: skip
    home.tell(opened)
    home.tell(opened.model_copy(update={"again": True}))
    home.tell(opened.model_copy(update={"account_id": None}))
    home.tell(
        DocumentExpiring(
            document_id=uuid4(), account_id=home.lea, document_type="caf", type_name="Attestation CAF",
            valid_until=date(2026, 12, 23),
        )
    )  # fmt: skip
    assert home.new() == [(LEA, "document_expiring"), (LEA, "document_opened")]


def test_a_withdrawal_says_who_gave_it_up(home: Home) -> None:
    home.tell(
        EnrolmentWithdrawn(
            enrolment_id=uuid4(), child_id=home.child_id, child_name="Noé\r\nBcc: tous@exemple.fr " + "x" * 400,
            family_id=home.family_id, account_id=home.lea, activity_code="cantine", activity_name="Cantine",
            place_code=mother.SCHOOL, school_year="2026-2027",
        )
    )  # fmt: skip
    assert home.new() == [(LEA, "enrolment_withdrawn"), (MAX, "enrolment_withdrawn")]
    subject = home.desk.mails(MAX)[-1].subject
    assert (len(subject), "\n" in subject) == (300, False)
    assert "Léa Martin" in home.desk.mails(MAX)[-1].text


def test_a_new_account_is_told_what_to_do_next_unless_it_was_done(home: Home) -> None:
    newcomer = home.desk.parent("neuf@exemple.fr", first_name="Neuf")
    home.before = len(home.desk.mails())
    home.tell(AccountRegistered(account_id=newcomer))
    home.tell(AccountRegistered(account_id=home.lea))
    assert home.new() == [("neuf@exemple.fr", "account_registered")]


AID = {"allowance_id": uuid4(), "kind": "aid", "label": "Aide du CCAS", "since": date(2026, 9, 1)}


@pytest.mark.parametrize(
    ("cap", "sentence"),
    [
        ({"cap_cents": 12000, "cap_days": None}, "Elle s’arrête à 120,00 €."),
        ({"cap_cents": None, "cap_days": 30}, "Elle s’arrête à 30 jours d’accueil."),
        ({"cap_cents": 12000, "cap_days": 30}, "Elle s’arrête à 120,00 € ou à 30 jours d’accueil."),
    ],
)
def test_a_household_reads_what_it_is_granted(home: Home, cap: dict[str, int | None], sentence: str) -> None:
    home.tell(
        AllowanceGranted(
            **AID,
            **cap,
            family_id=home.family_id,
            child_name="Léa Ferrand",
            activity_name="",
            until=date(2027, 8, 31),
        )
    )
    assert (MAX, "allowance_granted") in home.new()
    text = home.desk.mails(MAX)[-1].text
    body = plain(text)
    assert (
        "« Aide du CCAS », pour Léa Ferrand, toutes activités, du 1er septembre 2026 au 31 août 2027." in body
    )
    assert sentence in body
    assert "\n\nElle est déduite de vos prochaines factures" in text


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (date(2026, 10, 2), "prend fin : son dernier jour est le 2 octobre 2026."),
        (date(2026, 8, 31), "est retirée : elle ne compte pour aucun jour."),
    ],
)
def test_a_household_reads_that_an_aid_ends_and_how_to_contest_it(
    home: Home, until: date, sentence: str
) -> None:
    home.tell(AllowanceEnded(**AID, family_id=home.family_id, until=until))
    assert (MAX, "allowance_ended") in home.new()
    body = plain(home.desk.mails(MAX)[-1].text)
    assert sentence in body
    assert "contester cette décision dans les deux mois" in body


def test_a_household_reads_that_its_cheque_came_back(home: Home) -> None:
    part = PaidPart(invoice_id=uuid4(), invoice_number="ENF-2026-000123", amount_cents=4800)
    home.tell(
        PaymentBounced(
            payment_id=uuid4(), family_id=home.family_id, amount_cents=4800, receipt_number="ENF-Q-2026-000045",
            parts=[part],
        )
    )  # fmt: skip
    assert (MAX, "payment_bounced") in home.new()
    body = plain(home.desk.mails(MAX)[-1].text)
    assert "Votre chèque de 48,00 € (quittance n° ENF-Q-2026-000045) a été rejeté par votre banque." in body
    assert "de nouveau à payer : n° ENF-2026-000123." in body
