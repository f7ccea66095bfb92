"""Dunning on a real database: an agent's list, letters sent once, a payment that wins, and nothing closed to a child."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from nameko.testing.services import worker_factory
from sqlalchemy import event, text

from billing import mine
from billing.dunning import desk, letters, sending
from billing.dunning.wording import PROMISE
from billing.invoicing import statements
from billing.paying import counter
from billing.service import BillingService
from billing.treasury import claims_desk
from contracts.billing.counter import Means, TakePayment
from contracts.billing.dunning import (
    DunningView,
    EndReprieve,
    GrantReprieve,
    NotDunned,
    OpenDunning,
    OpenReminder,
    SendReminders,
    SentReminders,
)
from contracts.billing.tariffs import FixedRule
from contracts.billing.treasury import ClaimLeftOut
from contracts.caller import Caller
from contracts.errors import Invalid, NotAllowed, NotFound
from gateway.papers.records_words import LABELS
from tests.mothers.billing import NOW, a_clerk, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_claims import make, set_terms
from tests.services.billing.test_contesting import Case
from tests.services.billing.test_counter import take
from tests.services.billing.test_runs import at_once
from tests.waiting import eventually


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    """Of 48 €, published on 2 November, due on the 23rd; it is eight days later."""
    invoice = town.invoice(4800, parent.citizen())
    town.clock.moment = NOW + timedelta(days=30)
    return invoice


def family_of(town: Town, invoice: UUID) -> UUID:
    with town.sessions.begin() as session:
        found = session.execute(text("SELECT family_id FROM invoice WHERE invoice_id = :i"), {"i": invoice})
        return UUID(str(found.scalar_one()))


def opening(town: Town, step: int = 1) -> DunningView:
    with town.sessions.begin() as session:
        return desk.opening(session, OpenDunning(step=step), town.clock.now())


def send(town: Town, *families: UUID, step: int = 1) -> SentReminders:
    with town.sessions.begin() as session:
        ask = SendReminders(command_id=uuid4(), fund="ENF", step=step, family_ids=families)
        return sending.send(session, ask, "R. Sabatier", town.clock.now())


def later(town: Town, days: int) -> None:
    town.clock.moment += timedelta(days=days)


def test_a_late_family_goes_from_step_to_step_and_then_to_the_treasury(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    family = family_of(town, invoice)
    assert opening(town).counts == {1: 1, 2: 0, 3: 0, 4: 0}
    set_terms(town, takes="handed")
    for step, days in ((1, 21), (2, 21), (3, 15), (4, 90)):
        assert [each.last_step for each in opening(town, step).due[0].invoices] == [step - 1]
        sent = send(town, family, step=step)
        assert (sent.letters, sent.cents, sent.by_post) == (1, 4800, 0)
        assert opening(town, step).counts == {1: 0, 2: 0, 3: 0, 4: 0}
        later(town, days)
    assert town.told("reminder.sent") == 4
    assert make(town).cents == 4800
    with town.sessions.begin() as session:
        shown = statements.invoice(session, parent, invoice, NOW.date())
    assert [mark.step for mark in shown.reminders] == [1, 2, 3, 4]


def test_the_treasury_is_told_only_of_what_was_handed_on_where_the_town_decided_so(
    town: Town, invoice: UUID
) -> None:
    set_terms(town, takes="handed")
    with town.sessions.begin() as session:
        assert claims_desk.opening(session, "ENF", town.clock.now()).claims.count == 0


def test_a_letter_asks_for_what_is_left_and_promises_the_canteen(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    take(town, invoice, means=Means.CHEQUE, cents=1800)
    send(town, family_of(town, invoice))
    with town.sessions.begin() as session:
        reminder = session.execute(text("SELECT reminder_id FROM reminder")).scalar_one()
        found = letters.letter(session, reminder)
    assert (found.cents, [each.number for each in found.invoices]) == (3000, ["ENF-2026-000001"])
    with town.sessions.begin() as session:
        [kept] = mine.records(session, parent.citizen())["reminders"]
    assert (kept["amount_cents"], set(kept) - set(LABELS)) == (3000, set())
    assert found.promise == PROMISE
    assert found.addressee == ["Mme Nadia Ferrand", "4 rue des Tanneurs", "26100 Romans-sur-Isère"]


def test_a_payment_between_looking_and_sending_wins(town: Town, invoice: UUID) -> None:
    family = family_of(town, invoice)
    assert opening(town).due[0].family_id == family
    take(town, invoice)
    sent = send(town, family)
    assert (sent.letters, sent.sending_id, sent.dropped) == (0, None, ["Ferrand"])
    assert town.told("reminder.sent") == 0


def test_a_payment_that_is_being_booked_wins_over_a_letter_that_waits_for_it(
    town: Town, invoice: UUID
) -> None:
    family, sent = family_of(town, invoice), []
    with town.sessions.begin() as session:
        payment = TakePayment(
            command_id=uuid4(), invoice_ids=(invoice,), means=Means.CASH, amount_cents=4800, paid_by="N. F.",
        )  # fmt: skip
        counter.take(session, payment, a_clerk(), town.clock.now())
        thread = threading.Thread(target=lambda: sent.append(send(town, family)))
        thread.start()
        eventually(lambda: town.count("SELECT count(*) FROM pg_locks WHERE NOT granted"))
    thread.join()
    assert [(each.letters, each.dropped) for each in sent] == [(0, ["Ferrand"])]


def test_two_agents_who_send_at_once_send_one_letter(town: Town, invoice: UUID) -> None:
    family = family_of(town, invoice)
    results = at_once(lambda: send(town, family), lambda: send(town, family), lambda: send(town, family))
    assert sorted(each.letters for each in results) == [0, 0, 1]
    assert town.told("reminder.sent") == 1


def test_a_reprieve_spares_the_family_until_its_day_and_can_be_ended(town: Town, invoice: UUID) -> None:
    family, now = family_of(town, invoice), town.clock.now()
    with town.sessions.begin() as session:
        until = now.date() + timedelta(days=10)
        ask = GrantReprieve(
            command_id=uuid4(), family_id=family, until=until, reason="Paiement en trois fois"
        )
        desk.grant(session, ask, "R. Sabatier", now)
    spared = opening(town).spared
    assert [(each.reason, each.until, each.words) for each in spared] == [
        (NotDunned.REPRIEVE, until, "Paiement en trois fois")
    ]
    assert send(town, family).letters == 0
    later(town, 11)
    assert opening(town).counts[1] == 1
    with town.sessions.begin() as session:
        ask = GrantReprieve(
            command_id=uuid4(), family_id=family, until=town.clock.now().date(), reason="Encore"
        )
        assert desk.grant(session, ask, "R. Sabatier", town.clock.now()).reprieve
        ended = desk.end(
            session, EndReprieve(command_id=uuid4(), family_id=family), "R. S.", town.clock.now()
        )
        assert ended.reprieve is None
    with pytest.raises(Invalid), town.sessions.begin() as session:
        desk.grant(session, ask.model_copy(update={"until": NOW.date()}), "R. Sabatier", town.clock.now())


def test_a_family_without_an_account_is_written_to_by_post(town: Town) -> None:
    town.offer(FixedRule(cents=4800))
    family = town.family(None)
    town.meals(town.child(), family, 1)
    town.run()
    town.clock.moment = NOW + timedelta(days=30)
    sent = send(town, family)
    assert (sent.letters, sent.by_post) == (1, 1)
    assert sent.sending_id is not None
    with town.sessions.begin() as session:
        assert [each.cents for each in letters.to_post(session, sent.sending_id).letters] == [4800]
    with pytest.raises(NotFound), town.sessions.begin() as session:
        letters.to_post(session, uuid4())


def test_sending_in_sets_asks_no_more_of_the_database_for_more_families(town: Town) -> None:
    town.offer(FixedRule(cents=4800))
    families = [town.family(uuid4(), label=f"Famille {'ABCDEFGH'[place]}") for place in range(8)]
    for family in families:
        town.meals(town.child(), family, 1)
    town.run()
    town.clock.moment = NOW + timedelta(days=30)

    def statements_of(chosen: list[UUID]) -> int:
        seen: list[str] = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(town.engine, "before_cursor_execute", listener)
        try:
            assert send(town, *chosen).letters == len(chosen)
        finally:
            event.remove(town.engine, "before_cursor_execute", listener)
        return len(seen)

    assert statements_of(families[:2]) == statements_of(families[2:])


def test_a_letter_is_for_its_family_and_the_office_alone(
    town: Town, parent: Caller, invoice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(town, family_of(town, invoice))
    monkeypatch.setattr(BillingService, "till", town.till)
    service = worker_factory(BillingService, begin=town.sessions.begin, clock=town.clock)
    with town.sessions.begin() as session:
        ask = OpenReminder(reminder_id=session.execute(text("SELECT reminder_id FROM reminder")).scalar_one())
    assert service.open_reminder(ask, parent).cents == 4800
    assert service.open_reminder(ask, a_clerk()).cents == 4800
    assert town.told("bill.consulted") == 1
    with pytest.raises(NotFound):
        service.open_reminder(ask, a_parent())
    with pytest.raises(NotAllowed):
        service.open_dunning(OpenDunning(), Caller(kind=a_clerk().kind, account_id=uuid4(), name="X"))


def test_what_is_contested_is_neither_asked_for_nor_told_to_the_treasury(town: Town) -> None:
    case = Case(town)
    case.contest(0)
    town.clock.moment = NOW + timedelta(days=30)
    assert [each.cents for each in opening(town).due] == [4000]
    assert send(town, case.family).cents == 4000
    set_terms(town)
    with town.sessions.begin() as session:
        view = claims_desk.opening(session, "ENF", town.clock.now())
    assert [(each.reason, each.found.cents) for each in view.left_out] == [(ClaimLeftOut.CONTESTED, 6000)]
