"""PayFiP against a double of its web service, over HTTP: what it answers, what a payment becomes of it."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import text
from werkzeug.serving import make_server

from billing.accounting import ledger
from billing.invoicing import statements
from billing.paying.models import Payment
from billing.paying.payfip_provider import GIVEN_UP_AFTER, PayfipProvider
from billing.paying.provider import (
    ForgedNotification,
    Order,
    Progress,
    ProviderRefused,
    ProviderUnreachable,
)
from billing.paying.providers import Providers
from billing.paying.till import Till
from contracts.billing.payments import PaymentStarted, PaymentState, ReceiveNotification, StartPayment
from contracts.billing.refusals import AmountOutOfBounds, PaymentUnderway, ProviderAway, SignatureRefused
from contracts.caller import Caller
from deploy.local.payfip_double import PayfipDouble
from tests.mothers.billing import NOW, a_parent
from tests.services.billing.conftest import Town

YOUNG, OLD = timedelta(minutes=2), GIVEN_UP_AFTER
CLIENT, NOTIFY = "012345", "http://site.test/webhooks/payfip"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[PayfipDouble, str]]:
    double = PayfipDouble()
    server = make_server("127.0.0.1", 0, double.app(), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield double, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def double(served: tuple[PayfipDouble, str]) -> PayfipDouble:
    double = served[0]
    double.operations, double.fault, double.tells = {}, False, False
    double.calls.clear()
    return double


@pytest.fixture
def url(served: tuple[PayfipDouble, str]) -> str:
    return served[1]


@pytest.fixture
def provider(double: PayfipDouble, url: str) -> PayfipProvider:
    return PayfipProvider(f"{url}/service", f"{url}/page", NOTIFY, CLIENT, "W", "regie@ville.example")


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def till(town: Town, provider: PayfipProvider) -> Till:
    return Till(
        town.sessions.begin, Providers(town.provider, {"ENF": provider}), town.clock, "http://site.test"
    )


def an_order(**fields: Any) -> Order:
    given: dict[str, Any] = {
        "payment_id": uuid4(),
        "fund": "ENF",
        "invoice_number": "ENF-2026-000001",
        "year": 2026,
        "amount_cents": 4215,
        "currency": "eur",
        "title": "Facture ENF-2026-000001",
        "detail": "Famille Lévêque & fils",
        "success_url": "http://site.test/retour",
        "cancel_url": "http://site.test/facture",
        "expires_at": NOW + timedelta(minutes=15),
        "payer_mail": "nadia@example.org",
    }
    return Order(**(given | fields))


def start(till: Till, invoice: UUID, parent: Caller) -> PaymentStarted:
    return till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent)


def operation_of(started: PaymentStarted) -> str:
    return started.url.partition("idop=")[2]


def notified(till: Till, operation: str) -> bool:
    """What the gateway passes on, and acting on it."""
    ask = ReceiveNotification(provider="payfip", body=f"idop={operation}", signature="")
    taken = till.receive(ask)
    till.act(taken.event_id)
    return taken.first


def row_of(town: Town, started: PaymentStarted) -> Payment:
    with town.sessions.begin() as session:
        return session.get_one(Payment, started.payment_id)


def grow_old(town: Town, age: timedelta) -> None:
    with town.sessions.begin() as session:
        session.execute(
            text("UPDATE payment SET real_opened_at = now() - :age, real_next_look_at = now()"), {"age": age}
        )


# ------------------------------------------------------------------------------------- the provider


def test_an_operation_says_the_invoice_the_payer_and_the_town(
    provider: PayfipProvider, double: PayfipDouble, url: str
) -> None:
    order = an_order()
    page = provider.open(order)
    assert page.url == f"{url}/page?idop={page.reference}"
    assert double.operations[page.reference].fields == {
        "exer": "2026",
        "mel": "nadia@example.org",
        "montant": "4215",
        "numcli": CLIENT,
        "objet": "Facture ENF 2026 000001 Famille Leveque fils",
        "refdet": f"ENF2026000001{order.payment_id.hex[:10].upper()}",
        "saisie": "W",
        "urlnotif": NOTIFY,
        "urlredirect": "http://site.test/retour",
    }


@pytest.mark.parametrize("mail", ["", "no address", "a@b.c", "x" * 80 + "@example.org"])
def test_a_payer_without_an_address_that_it_takes_goes_under_the_funds(
    provider: PayfipProvider, double: PayfipDouble, mail: str
) -> None:
    page = provider.open(an_order(payer_mail=mail))
    assert double.operations[page.reference].fields["mel"] == "regie@ville.example"


@pytest.mark.parametrize(
    ("result", "progress", "method", "reason"),
    [
        ("P", Progress.PAID, "card", ""),
        ("V", Progress.PAID, "direct_debit", ""),
        ("R", Progress.EXPIRED, "card", "card_refused"),
        ("Z", Progress.EXPIRED, "card", "direct_debit_refused"),
        ("A", Progress.EXPIRED, "card", "abandoned"),
    ],
)
def test_each_result_is_understood(
    provider: PayfipProvider,
    double: PayfipDouble,
    result: str,
    progress: Progress,
    method: str,
    reason: str,
) -> None:
    page = provider.open(an_order())
    double.end(page.reference, result)
    seen = provider.look(page.reference, YOUNG)
    assert (seen.progress, seen.method, seen.reason) == (progress, method, reason)
    assert bool(seen.proof) == (progress is Progress.PAID)


def test_silence_is_read_by_the_age_of_the_page(provider: PayfipProvider, double: PayfipDouble) -> None:
    page = provider.open(an_order())
    assert provider.look(page.reference, YOUNG).progress is Progress.OPEN
    assert provider.look(page.reference, OLD).progress is Progress.EXPIRED
    double.clean()
    assert provider.look(page.reference, timedelta(days=1)).progress is Progress.EXPIRED


def test_what_it_refuses_is_final_and_a_fault_is_not(provider: PayfipProvider, double: PayfipDouble) -> None:
    with pytest.raises(ProviderRefused, match="M1"):
        provider.open(an_order(amount_cents=99))
    double.fault = True
    with pytest.raises(ProviderUnreachable):
        provider.open(an_order())
    with pytest.raises(ProviderUnreachable):
        PayfipProvider("http://127.0.0.1:9/", "", NOTIFY, CLIENT).look("cc0cb210", YOUNG)


def test_another_funds_operation_or_a_trial_one_is_never_money(
    provider: PayfipProvider, double: PayfipDouble, url: str
) -> None:
    page = provider.open(an_order())
    double.end(page.reference, "P")
    for name, other in (("numcli", "999999"), ("saisie", "T")):
        ours = double.operations[page.reference].fields[name]
        double.operations[page.reference].fields[name] = other
        with pytest.raises(ProviderRefused, match=name):
            provider.look(page.reference, YOUNG)
        double.operations[page.reference].fields[name] = ours


def test_an_answer_that_declares_entities_is_not_read(
    provider: PayfipProvider, double: PayfipDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    monkeypatch.setattr(double, "_create", lambda _given: (bomb, 200, {}))
    with pytest.raises(ProviderUnreachable):
        provider.open(an_order())


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("", {}),
        ("<html>Maintenance", {}),
        ("<S:Envelope", {"Content-Length": "500"}),
        ("<a>" + " " * 70_000 + "</a>", {}),
    ],
)
def test_an_answer_cut_short_or_of_something_else_is_no_answer(
    provider: PayfipProvider,
    double: PayfipDouble,
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    headers: dict[str, str],
) -> None:
    monkeypatch.setattr(double, "_create", lambda _given: (body, 200, headers))
    with pytest.raises(ProviderUnreachable):
        provider.open(an_order())


@pytest.mark.parametrize("body", [b"", b"idop=", b"idop=a/../b", b"refdet=1", "idop=é".encode()])
def test_a_notification_that_names_no_operation_is_refused(provider: PayfipProvider, body: bytes) -> None:
    with pytest.raises(ForgedNotification):
        provider.read(body, "")


@pytest.mark.parametrize(("client", "mode"), [("12345", "W"), ("012345", "P")])
def test_a_contract_written_wrongly_is_said_at_once(client: str, mode: str) -> None:
    with pytest.raises(LookupError):
        PayfipProvider("http://x/", "http://x/", NOTIFY, client, mode)


# ------------------------------------------------------------------------------------- the payment


def test_the_fund_chooses_the_provider_and_the_invoice_says_which(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    invoice = town.invoice(4800, parent.citizen())
    started = start(till, invoice, parent)
    assert row_of(town, started).provider == "payfip"
    assert operation_of(started) in double.operations
    assert town.provider.calls == []
    with town.sessions.begin() as session:
        view = statements.invoice(session, parent, invoice, NOW.date(), lambda _: "payfip")
    assert view.paid_through == "payfip"


def test_the_payer_is_sent_to_the_page_pays_and_the_books_agree(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    invoice = town.invoice(4800, parent.citizen())
    started = start(till, invoice, parent)
    requests.post(started.url, data={"resultrans": "V"}, timeout=5, allow_redirects=False)
    assert notified(till, operation_of(started))
    with town.sessions.begin() as session:
        receipt = statements.receipt(session, parent, started.payment_id)
        view = statements.invoice(session, parent, invoice, NOW.date(), lambda _: "payfip")
        assert ledger.left_of(session, [invoice]).get(invoice, 0) == 0
    assert (receipt.amount_cents, receipt.method) == (4800, "direct_debit")
    assert [line.label for line in view.payments] == ["Paiement par prélèvement unique"]
    assert town.count("SELECT sum(amount_cents) FROM ledger_entry WHERE account = 'payfip'") == 4800
    assert town.told("payment.received") == 1


def test_a_notification_is_acted_on_however_often_it_comes_and_is_never_believed(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    started = start(till, town.invoice(4800, parent.citizen()), parent)
    operation = operation_of(started)
    notified(till, operation)
    assert row_of(town, started).state is PaymentState.OPEN
    double.end(operation, "P")
    notified(till, operation)
    notified(till, operation)
    assert row_of(town, started).state is PaymentState.PAID
    assert town.count("SELECT count(*) FROM notification") == 1
    assert town.count("SELECT count(*) FROM ledger_transaction WHERE kind = 'payment'") == 1


def test_a_notification_of_somebody_elses_operation_leaves_no_trace(town: Town, till: Till) -> None:
    assert not notified(till, str(uuid4()))
    assert town.count("SELECT count(*) FROM notification") == 0


def test_a_notification_of_a_provider_that_is_not_set_up_is_refused(town: Town) -> None:
    with pytest.raises(SignatureRefused):
        town.till.receive(ReceiveNotification(provider="payfip", body=f"idop={uuid4()}", signature=""))


def test_coming_back_before_the_result_is_known_is_a_confirmation_awaited(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    started = start(till, town.invoice(4800, parent.citizen()), parent)
    assert till.refresh(started.payment_id, came_back=True) is PaymentState.CONFIRMING
    double.end(operation_of(started), "P")
    assert till.refresh(started.payment_id, came_back=True) is PaymentState.PAID


def test_one_who_gave_up_can_start_again_on_a_new_page(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    invoice = town.invoice(4800, parent.citizen())
    first = start(till, invoice, parent)
    double.end(operation_of(first), "A")
    assert till.refresh(first.payment_id, came_back=True) is PaymentState.EXPIRED
    assert operation_of(start(till, invoice, parent)) != operation_of(first)


def test_a_page_cannot_be_closed_so_that_the_other_parent_waits_until_it_ends(
    town: Town, till: Till, double: PayfipDouble
) -> None:
    here, there = a_parent(), a_parent()
    invoice = town.invoice(4800, here.citizen(), there.citizen())
    started = start(till, invoice, here)
    double.calls.clear()
    with pytest.raises(PaymentUnderway):
        start(till, invoice, there)
    assert double.calls == ["recupererDetailPaiementSecurise"]
    grow_old(town, GIVEN_UP_AFTER)
    assert start(till, invoice, there).payment_id != started.payment_id


def test_a_page_given_up_is_asked_about_for_a_day_and_money_that_came_late_is_booked(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    started = start(till, town.invoice(4800, parent.citizen()), parent)
    grow_old(town, GIVEN_UP_AFTER)
    till.recover()
    assert row_of(town, started).state is PaymentState.EXPIRED
    double.end(operation_of(started), "P")
    grow_old(town, timedelta(hours=1))
    till.recover()
    assert row_of(town, started).state is PaymentState.PAID


def test_after_a_day_and_a_half_nobody_asks_any_more(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    start(till, town.invoice(4800, parent.citizen()), parent)
    grow_old(town, GIVEN_UP_AFTER)
    till.recover()
    grow_old(town, timedelta(hours=37))
    double.calls.clear()
    assert till.recover() == 0
    assert double.calls == []


def test_after_a_fault_it_is_left_alone_for_half_an_hour(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    started = start(till, town.invoice(4800, parent.citizen()), parent)
    double.fault = True
    with pytest.raises(ProviderAway):
        till.refresh(started.payment_id)
    minutes = town.count("SELECT round(extract(epoch FROM real_next_look_at - now()) / 60) FROM payment")
    assert minutes == 30


def test_another_amount_than_ours_is_for_an_agent(
    town: Town, till: Till, parent: Caller, double: PayfipDouble
) -> None:
    started = start(till, town.invoice(4800, parent.citizen()), parent)
    double.end(operation_of(started), "P", amount="4700")
    till.refresh(started.payment_id)
    assert row_of(town, started).state is PaymentState.DIFFERENT
    assert town.count("SELECT count(*) FROM difference WHERE kind = 'amount'") == 1


def test_less_than_a_euro_is_refused_before_anything_is_written(
    town: Town, till: Till, parent: Caller
) -> None:
    invoice = town.invoice(4800, parent.citizen())
    with town.sessions.begin() as session:
        family = session.scalar(text("SELECT family_id FROM invoice"))
        ledger.post_payment(session, uuid4(), family, {invoice: 4750}, NOW)
    with pytest.raises(AmountOutOfBounds):
        start(till, invoice, parent)
    assert town.count("SELECT count(*) FROM payment") == 0
