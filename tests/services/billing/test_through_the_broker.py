"""Billing, its relay and the card double as real processes, the gateway's webhook between them.

From the facts of the others to a paid invoice: what parents, agents and other systems see of it.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pika
import pytest
import requests
from werkzeug.serving import make_server

from chassis.client import Services
from chassis.clock import set_clock
from contracts.billing.contesting import MyLineObjections
from contracts.billing.invoices import InvoiceState, MyInvoices, OpenInvoice
from contracts.billing.payments import CheckPayment, OpenReceipt, PaymentState, StartPayment
from contracts.billing.refusals import NothingToPay
from contracts.billing.runs import BillingDesk, DraftRun, FindNotifications, PublishRun, RunState
from contracts.billing.tariffs import MyPrices
from contracts.caller import SYSTEM, Caller, Role
from contracts.envelope import EXCHANGE, Envelope
from contracts.errors import NotAllowed, NotFound
from contracts.events.attendance import (
    AttendanceCounted,
    AttendanceSettled,
    CountedFamily,
    CountedSheet,
    Mark,
)
from contracts.events.event import Event
from deploy.local.demo import billing as demonstration
from deploy.local.demo import contesting
from deploy.local.rabbitmq import ADMINISTRATOR, Broker
from deploy.local.rundir import find_free_port
from gateway.app import create_app
from gateway.settings import GatewaySettings
from tests.load.processes import running
from tests.mothers.billing import (
    OCTOBER,
    SCHOOL,
    a_booking,
    a_canteen,
    a_child,
    a_clerk,
    a_family,
    a_parent,
    a_school,
    a_sheet,
    a_wednesday,
)
from tests.services.chassis.conftest import ready
from tests.unit.gateway.doubles import MemoryStore, SetClock
from tests.waiting import eventually

KEY, SECRET = "sk_test_broker", "whsec_broker"
TODAY = date(2026, 11, 2)


@dataclass
class Billing:
    """The running parts, as their neighbours use them."""

    broker: Broker
    services: Services
    double: str
    heard: list[dict[str, Any]] = field(default_factory=list)
    sheets: list[AttendanceSettled] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def tell(self, *facts: tuple[Event, UUID | str]) -> None:
        with pika.BlockingConnection(pika.URLParameters(self.broker.url(ADMINISTRATOR))) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            properties = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2)
            for fact, subject in facts:
                envelope = Envelope(
                    id=uuid4(),
                    source=f"/espace/{fact.told_by}",
                    type=fact.event_type(),
                    subject=str(subject),
                    time=datetime(2026, 11, 2, 9, tzinfo=UTC),
                    dataschema=f"/schemas/{fact.name}.v1.json",
                    data=fact.model_dump(mode="json"),
                )
                body = envelope.model_dump_json().encode()
                channel.basic_publish(EXCHANGE, fact.name, body, properties, mandatory=True)

    def count(self, run_id: UUID) -> None:
        """What enrolment answers to a draft."""
        counted = [
            CountedSheet(
                session_id=sheet.session_id,
                activity_code=sheet.activity_code,
                day=sheet.day,
                version=1,
                families=[CountedFamily(family_id=line.family_id, lines=1) for line in sheet.lines],
            )
            for sheet in self.sheets
        ]
        fact = AttendanceCounted(
            run_id=run_id, month=OCTOBER, place_code=SCHOOL, part=1, parts=1, sheets=counted
        )
        self.tell((fact, run_id))

    def await_that(self, is_so: Callable[[], bool]) -> None:
        eventually(is_so)

    def mischief(self, **modes: Any) -> None:
        calm = {"lose": 0, "repeat": 0, "delay_seconds": 0, "shuffle": False, "hold": False}
        requests.post(f"{self.double}/_double/modes", json=calm | modes, timeout=5).raise_for_status()

    def press(self, page: str, card: str = "4242424242424242") -> requests.Response:
        return requests.post(page, data={"card": card}, allow_redirects=False, timeout=5)

    def invoice_of(self, parent: Caller) -> Any:
        return self.services.ask(MyInvoices(), parent).invoices[0]

    def start(self, parent: Caller) -> Any:
        ask = StartPayment(command_id=uuid4(), invoice_id=self.invoice_of(parent).invoice_id)
        return self.services.ask(ask, parent)

    def is_paid(self, parent: Caller) -> bool:
        return self.invoice_of(parent).state is InvoiceState.PAID


@pytest.fixture(scope="module")
def webhook(vhost: Broker) -> Iterator[str]:
    """The gateway's real webhook, in front of the real broker."""
    client = Services(vhost.url("gateway"), timeout=10)
    app = create_app(
        GatewaySettings(secret_key="a key for tests only"), client, MemoryStore(), SetClock(), SetClock()
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def billing(
    database: Callable[[str], str], vhost: Broker, webhook: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Billing]:
    directory: Path = tmp_path_factory.mktemp("billing")
    clock = directory / "clock.json"
    set_clock(clock, frozen=datetime(2026, 11, 2, 9, tzinfo=UTC))
    port, relay_port, double_port = find_free_port(), find_free_port(), find_free_port()
    double = f"http://127.0.0.1:{double_port}"
    environment = {
        "ESPACE_AMQP_URL": vhost.url("billing"),
        "ESPACE_DATABASE_URL": database("billing"),
        "ESPACE_CLOCK_FILE": str(clock),
        "ESPACE_STRIPE_URL": double,
        "ESPACE_STRIPE_KEY": KEY,
        "ESPACE_STRIPE_WEBHOOK_SECRET": SECRET,
        "PYTHONDONTWRITEBYTECODE": "",
    }
    card = environment | {
        "ESPACE_STRIPE_DOUBLE_DIR": str(directory / "stripe"),
        "ESPACE_STRIPE_DOUBLE_PORT": str(double_port),
        "ESPACE_STRIPE_WEBHOOK_URL": webhook,
    }

    def card_ready() -> bool:
        try:
            return requests.get(f"{double}/health/ready", timeout=1).ok
        except requests.ConnectionError:
            return False

    services = Services(vhost.url("gateway"), timeout=15)
    serve = ["-W", "ignore", "-m", "chassis", "serve", "billing"]
    relay = ["-W", "ignore", "-m", "chassis", "relay", "billing"]
    with (
        running(["-m", "deploy.local.stripe_double"], card, card_ready),
        running(serve, environment | {"ESPACE_METRICS_PORT": str(port)}, lambda: ready(port)),
        running(relay, environment | {"ESPACE_METRICS_PORT": str(relay_port)}, lambda: ready(relay_port)),
    ):
        started = Billing(vhost, services, double)
        listening = threading.Thread(target=_listen, args=(started,), daemon=True)
        listening.start()
        yield started
        started.over.set()
        listening.join(10)
    services.close()


def _listen(billing: Billing) -> None:
    """Another municipal system: keeps what billing tells. And enrolment, which counts its sheets for a draft."""
    with pika.BlockingConnection(pika.URLParameters(billing.broker.url("subscriber"))) as connection:
        channel = connection.channel()
        channel.queue_declare("subscriber.billing", durable=True, arguments={"x-queue-type": "quorum"})
        for name in ("invoice.published", "payment.*", "run.drafted"):
            channel.queue_bind("subscriber.billing", EXCHANGE, name)
        for _, _, body in channel.consume("subscriber.billing", auto_ack=True, inactivity_timeout=0.2):
            fact = json.loads(body) if body else None
            if fact and "run.drafted" in fact["type"]:
                billing.count(UUID(fact["data"]["run_id"]))
            elif fact:
                billing.heard.append(fact)
            if billing.over.is_set():
                break


@pytest.fixture(scope="module")
def parents(billing: Billing) -> list[Caller]:
    """Five families, ten meals each in October; their invoices published by an agent."""
    callers = [a_parent(name=f"Parent {number}") for number in range(5)]
    facts: list[tuple[Event, UUID | str]] = [
        (a_canteen(), "cantine"),
        (a_wednesday(), "mercredi"),
        (a_school(), "0261234A"),
    ]
    unchecked: tuple[UUID, UUID] | None = None
    for caller in callers:
        family, child = uuid4(), uuid4()
        facts += [(a_family(family, caller.account_id, label=caller.name), family), (a_child(child), child)]
        for day in range(1, 11):
            session = uuid4()
            sheet = a_sheet(session, date(2026, 10, day), (child, family, Mark.PRESENT))
            billing.sheets.append(sheet)
            facts.append((sheet, session))
        unchecked = (child, family)
    assert unchecked is not None
    booking = a_booking(uuid4(), *unchecked, date(2026, 10, 20))
    facts.append((booking, booking.booking_id))
    billing.tell(*facts)
    demonstration.load(billing.services, TODAY)
    demonstration.load(billing.services, TODAY)

    def has_arrived() -> bool:
        months = billing.services.ask(BillingDesk(), a_clerk()).months
        return [(month.settled_sessions, month.unsettled_sessions) for month in months] == [(50, 1)]

    billing.await_that(has_arrived)
    for _ in range(2):
        demonstration.load_life(billing.services, TODAY, patience=20)
    runs = billing.services.ask(BillingDesk(), a_clerk()).runs
    assert [(run.state, run.invoices, run.left_out) for run in runs] == [(RunState.PUBLISHED, 5, 1)]
    publish = PublishRun(command_id=uuid4(), run_id=runs[0].run_id)
    assert billing.services.ask(publish, a_clerk()).summary.invoices == 5
    return callers


def test_the_published_invoices_are_told_and_read(billing: Billing, parents: list[Caller]) -> None:
    billing.await_that(lambda: sum("invoice.published" in fact["type"] for fact in billing.heard) == 5)
    invoice = billing.services.ask(
        OpenInvoice(invoice_id=billing.invoice_of(parents[0]).invoice_id), parents[0]
    )
    assert invoice.lines[0].reason == "tranche C (QF\u00a0620, septembre)"
    prices = {
        price.activity_code: price.cents for price in billing.services.ask(MyPrices(), parents[0]).prices
    }
    assert prices == {"cantine": 265, "mercredi": 496}


def test_only_those_concerned_may(billing: Billing, parents: list[Caller]) -> None:
    invoice = billing.invoice_of(parents[0]).invoice_id
    for stranger, refusal in ((parents[1], NotFound), (a_clerk(Role.ATTENDANCE), NotAllowed)):
        with pytest.raises(refusal):
            billing.services.ask(OpenInvoice(invoice_id=invoice), stranger)
    with pytest.raises(NotAllowed):
        billing.services.ask(DraftRun(command_id=uuid4(), month=OCTOBER), a_clerk(Role.ATTENDANCE))


def test_the_notification_alone_pays_the_invoice(billing: Billing, parents: list[Caller]) -> None:
    billing.mischief()
    started = billing.start(parents[0])
    assert billing.press(started.url, "4000000000000002").status_code == 402
    assert billing.press(started.url).status_code == 303
    billing.await_that(lambda: billing.is_paid(parents[0]))
    receipt = billing.services.ask(OpenReceipt(payment_id=started.payment_id), parents[0])
    assert receipt.amount_cents == 2650
    with pytest.raises(NothingToPay):
        billing.start(parents[0])


def test_repeated_and_shuffled_notifications_pay_once(billing: Billing, parents: list[Caller]) -> None:
    billing.mischief(repeat=3, shuffle=True)
    started = billing.start(parents[1])
    billing.press(started.url)
    billing.await_that(lambda: billing.is_paid(parents[1]))
    billing.mischief()

    def all_arrived() -> bool:
        deliveries = requests.get(f"{billing.double}/_double/state", timeout=5).json()["deliveries"]
        return all(row["state"] == "delivered" for row in deliveries)

    billing.await_that(all_arrived)
    received = [fact for fact in billing.heard if "payment.received" in fact["type"]]
    mine = [fact for fact in received if fact["data"]["payment_id"] == str(started.payment_id)]
    assert len(mine) == 1


def test_a_lost_notification_is_made_good_by_coming_back(billing: Billing, parents: list[Caller]) -> None:
    billing.mischief(lose=-1)
    started = billing.start(parents[2])
    billing.press(started.url)
    assert not billing.is_paid(parents[2])
    assert (
        PaymentState.PAID
        is billing.services.ask(CheckPayment(payment_id=started.payment_id), parents[2]).state
    )
    assert billing.is_paid(parents[2])


def test_a_lost_notification_is_made_good_by_the_timer(billing: Billing, parents: list[Caller]) -> None:
    billing.mischief(lose=-1)
    billing.press(billing.start(parents[3]).url)
    deadline = time.monotonic() + 60
    while not billing.is_paid(parents[3]):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_a_forged_notification_is_refused_and_counted(billing: Billing, parents: list[Caller]) -> None:
    def state() -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{billing.double}/_double/state", timeout=5).json()
        return found

    # What the payments before are still being told of would count too.
    billing.await_that(lambda: not any(row["state"] == "waiting" for row in state()["deliveries"]))
    event = state()["events"][0]["id"]
    before = len(billing.services.ask(FindNotifications(), a_clerk()).notifications)
    answer = requests.post(f"{billing.double}/_double/events/{event}/forge", timeout=5).json()
    assert answer["answer"] == "400"
    assert before == len(billing.services.ask(FindNotifications(), a_clerk()).notifications)


def test_a_double_click_and_an_abandoned_page_cost_nothing(billing: Billing, parents: list[Caller]) -> None:
    billing.mischief()
    ask = StartPayment(command_id=uuid4(), invoice_id=billing.invoice_of(parents[4]).invoice_id)
    first, second = billing.services.ask(ask, parents[4]), billing.services.ask(ask, parents[4])
    assert first == second
    assert InvoiceState.TO_PAY is billing.invoice_of(parents[4]).state
    state = requests.get(f"{billing.double}/_double/state", timeout=5).json()
    session = next(row for row in state["sessions"] if row["client_reference_id"] == str(first.payment_id))
    requests.post(f"{billing.double}/_double/sessions/{session['id']}/expire", timeout=5).raise_for_status()
    billing.await_that(lambda: any("payment.failed" in fact["type"] for fact in billing.heard))
    assert first.payment_id != billing.start(parents[4]).payment_id


def test_the_demonstration_pays_on_the_doubles_page(billing: Billing, parents: list[Caller]) -> None:
    demonstration.pay_one(billing.services, parents[4])
    billing.await_that(lambda: billing.is_paid(parents[4]))


def test_the_demonstration_contests_a_line_once(billing: Billing, parents: list[Caller]) -> None:
    assert contesting.load(billing.services, parents) is not None
    assert contesting.load(billing.services, parents) is None
    assert [len(billing.services.ask(MyLineObjections(), each)) for each in parents[:2]] == [1, 0]


def test_the_office_sees_the_sums(billing: Billing, parents: list[Caller]) -> None:
    desk = billing.services.ask(BillingDesk(), SYSTEM)
    assert (desk.received_cents, desk.owed_cents) == (5 * 2650, 0)
