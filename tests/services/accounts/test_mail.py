"""The outgoing mail: who gets what, what it says, and what happens when the server does not take it."""

import smtplib
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.mailing import outgoing
from contracts.accounts.families import MyHousehold, RedeemKey, SetQuotient
from contracts.accounts.mail import FailedMail, SendAgain, Why
from contracts.envelope import Envelope
from contracts.events.billing import InvoicePublished, PaymentReceived
from contracts.events.enrolments import EnrolmentAccepted, EnrolmentRefused, EnrolmentRequested
from contracts.events.event import Event
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk

AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)


def envelope(fact: Event) -> Envelope:
    return Envelope(
        id=uuid4(), source="/espace", type=fact.event_type(), subject="x", time=AT, dataschema="", data={}
    )


@pytest.fixture
def family(desk: Desk) -> tuple[Desk, UUID, UUID]:
    """A family of one account: the desk, the family, the account."""
    desk.fill()
    account_id = desk.parent()
    key = desk.keys(desk.guardian("Bourdelas")[0]).popitem()[1]
    view = desk.ask(RedeemKey(command_id=uuid4(), key=key), mother.a_citizen(account_id))
    return desk, view.families[0].family_id, account_id


def enrolment(kind: type[Any], family_id: UUID, account_id: UUID, **more: object) -> Any:
    return kind(
        enrolment_id=UUID("12345678-9abc-4def-8012-3456789abcde"),
        child_id=uuid4(),
        child_name="Noé Bourdelas",
        family_id=family_id,
        account_id=account_id,
        activity_code="cantine",
        activity_name="Restauration scolaire",
        place_code=mother.SCHOOL,
        school_year="2026-2027",
        **more,
    )


def test_receipts_state_number_and_date(family: tuple[Desk, UUID, UUID]) -> None:
    desk, family_id, account_id = family
    fact = enrolment(EnrolmentRequested, family_id, account_id, awaits_decision=True)
    desk.service.mail_request(fact, envelope(fact))
    receipt = desk.mails()[-1]
    assert "123456789A" in receipt.text
    assert "23\u00a0novembre 2026 à 14\u00a0h\u00a005" in receipt.text
    paid = PaymentReceived(
        payment_id=uuid4(),
        invoice_id=uuid4(),
        invoice_number="2026-000042",
        family_id=family_id,
        account_id=account_id,
        amount_cents=123456,
    )
    desk.service.mail_receipt(paid, envelope(paid))
    assert "1\u202f234,56\u00a0€" in desk.mails()[-1].text
    assert "carte bancaire" in desk.mails()[-1].html
    assert "n’étaient plus dus" not in desk.mails()[-1].text
    over = paid.model_copy(update={"payment_id": uuid4(), "over_cents": 2000})
    desk.service.mail_receipt(over, envelope(over))
    for said in (desk.mails()[-1].text, desk.mails()[-1].html):
        assert "20,00\u00a0€ n’étaient plus dus" in said


def test_the_household_is_written_to_and_nobody_else(family: tuple[Desk, UUID, UUID]) -> None:
    desk, family_id, account_id = family
    desk.parent("autre@exemple.fr")
    before = len(desk.mails())
    for fact, handle in (
        (enrolment(EnrolmentAccepted, family_id, account_id), desk.service.mail_acceptance),
        (
            enrolment(EnrolmentRefused, family_id, account_id, reason="<Complet> jusqu’en mars"),
            desk.service.mail_refusal,
        ),
        (
            InvoicePublished(
                invoice_id=uuid4(),
                number="2026-000042",
                family_id=family_id,
                fund="regie",
                month=date(2026, 10, 1),
                total_cents=8420,
                due_on=date(2026, 12, 15),
            ),
            desk.service.mail_invoice,
        ),
    ):
        told = envelope(fact)
        handle(fact, told)
        handle(fact, told)
    written = desk.mails()[before:]
    assert [each.to for each in written] == ["lea.martin@exemple.fr"] * 3
    assert "&lt;Complet&gt;" in written[1].html
    assert "<Complet>" in written[1].text
    assert "d’octobre 2026" in written[2].subject
    assert all("{" not in each.text and "{" not in each.subject for each in written)


def test_a_server_that_is_away_is_tried_again_then_an_agent_is_told(desk: Desk, monkeypatch) -> None:
    desk.ask(mother.a_registration())
    object.__setattr__(desk.service.settings, "smtp_url", "smtp://127.0.0.1:1")
    waits = []
    for _ in range(outgoing.TRIES):
        desk.service.send_mail()
        row = desk.mails()[0]
        waits.append(round((row.next_try_at - desk.clock.now()).total_seconds() / 60))
        desk.clock.at = row.next_try_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128]
    page = desk.ask(FailedMail())
    assert (page.queued, page.failed, page.mails[0].to) == (0, 1, "lea.martin@exemple.fr")
    assert page.mails[0].why is Why.UNREACHABLE
    desk.ask(SendAgain(command_id=uuid4(), mail_id=page.mails[0].mail_id))
    sent = []
    monkeypatch.setattr(outgoing.Post, "send", lambda *args: sent.append(args))
    desk.service.send_mail()
    assert (desk.mails()[0].state, desk.mails()[0].text) == ("sent", "")
    assert len(sent) == 1


def test_a_refused_address_is_not_tried_again(desk: Desk, monkeypatch) -> None:
    desk.ask(mother.a_registration())
    object.__setattr__(desk.service.settings, "smtp_url", "smtp://127.0.0.1:1")

    def refuse(*_: object) -> None:
        raise smtplib.SMTPRecipientsRefused({"lea.martin@exemple.fr": (550, b"unknown")})

    monkeypatch.setattr(outgoing.Post, "send", refuse)
    desk.service.send_mail()
    assert (desk.mails()[0].state, desk.mails()[0].why) == ("failed", Why.UNKNOWN_ADDRESS)


def test_a_server_that_asks_for_patience_is_tried_again(desk: Desk, monkeypatch) -> None:
    """Greylisting refuses every first attempt with 4xx."""
    desk.ask(mother.a_registration())
    object.__setattr__(desk.service.settings, "smtp_url", "smtp://127.0.0.1:1")

    def postpone(*_: object) -> None:
        raise smtplib.SMTPRecipientsRefused({"lea.martin@exemple.fr": (450, b"4.2.0 greylisted")})

    monkeypatch.setattr(outgoing.Post, "send", postpone)
    desk.service.send_mail()
    assert (desk.mails()[0].state, desk.mails()[0].attempts) == ("queued", 1)


def test_the_quotient_is_told_with_its_month_and_can_be_unknown_again(
    family: tuple[Desk, UUID, UUID],
) -> None:
    desk, family_id, account_id = family

    def give(month: date, euros: int | None) -> Any:
        command = SetQuotient(command_id=uuid4(), family_id=family_id, month=month, euros=euros)
        return desk.ask(command, mother.an_agent())

    give(date(2026, 10, 1), 812)
    file = give(date(2026, 11, 17), 0)
    assert [(date(2026, 11, 1), 0), (date(2026, 10, 1), 812)] == [(q.month, q.euros) for q in file.quotients]
    told = desk.facts("family.updated")[-1]["data"]["quotients"]
    assert [quotient["euros"] for quotient in told] == [812, 0]
    household = desk.ask(MyHousehold(), mother.a_citizen(account_id))
    assert household.families[0].quotient.euros == 0
    give(date(2026, 11, 1), None)
    give(date(2026, 10, 1), None)
    assert desk.ask(MyHousehold(), mother.a_citizen(account_id)).families[0].quotient is None
