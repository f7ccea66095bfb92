"""What those who run the town see: metrics with sensible values, alive told from ready, alerts that can fire."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pika
import pytest
import requests
import yaml

from contracts.accounts.identity import OpenAccount
from contracts.billing.invoices import MyInvoices, OpenInvoice
from contracts.billing.payments import StartPayment
from contracts.billing.runs import CheckRun, DraftRun, PublishRun
from contracts.caller import SYSTEM
from contracts.enrolment.attendance import MarkedChild, RollCall, SettleAttendance
from contracts.enrolment.bookings import CellState, ChangeBookings, MonthPage
from contracts.errors import NotFound
from contracts.events.attendance import Mark
from contracts.parked import ListParked, ParkedFailure, SetParkedAside
from deploy.local.processes import LETTERS, SERVICES, list_processes
from deploy.local.stack import EVERYTHING
from deploy.local.surroundings import ROOT
from tests.faults.acts import insist
from tests.faults.browser import Browser
from tests.faults.conftest import PARIS, Life
from tests.faults.moments import stopped
from tests.faults.people import CENTS, PASSWORD
from tests.faults.scrapes import probe, scrape
from tests.waiting import eventually

PROCESSES = list_processes(EVERYTHING)
RELAYS = [name for name in PROCESSES if name.endswith("-relay")]
JANUARY, THE_DAY = date(2027, 1, 1), date(2027, 1, 21)
LISTENERS = ("accounts", "enrolment", "billing")

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def lived(life: Life) -> Life:
    """A month in small: an account, a page, a booking, a sheet, a run, a payment by card."""
    life.town.supervisor.await_ready()
    life.be_at(datetime(2027, 1, 4, 10, 0, tzinfo=PARIS))
    parent, services = life.parents[2], life.services
    opened = OpenAccount(
        command_id=uuid4(), first_name="Ada", last_name="Nouvelle", email=f"{uuid4().hex}@exemple.test",
        password=PASSWORD,
    )  # fmt: skip
    insist(services, opened, SYSTEM)
    browser = Browser(life.town.gateway_url)
    browser.sign_in(parent.email, PASSWORD)
    refused = browser.once("GET", f"/mon-espace/reservations/{uuid4()}/2027-01")
    assert refused is not None
    assert refused.status_code == 404

    child_id = parent.children[0]
    month = insist(services, MonthPage(child_id=child_id, month=JANUARY), parent.caller)
    [cell] = [
        cell
        for day in month.days
        if day.day == THE_DAY
        for cell in day.cells
        if cell.activity_code == "cantine"
    ]
    if cell.state is CellState.OPEN:
        book = ChangeBookings(command_id=uuid4(), child_id=child_id, additions=[cell.session_id])
        assert len(insist(services, book, parent.caller).changed) == 1
    with pytest.raises(NotFound):
        insist(services, OpenInvoice(invoice_id=uuid4()), parent.caller)
    life.books.await_quiet()

    life.be_at(datetime(2027, 2, 2, 10, 0, tzinfo=PARIS))
    roll_call = RollCall(place_code=month.child.place_code or "", activity_code="cantine", day=THE_DAY)
    sheet = insist(services, roll_call, SYSTEM)
    assert sheet.session_id is not None
    lines = [MarkedChild(child_id=line.child_id, mark=Mark.PRESENT) for line in sheet.lines]
    settle = SettleAttendance(
        command_id=uuid4(), session_id=sheet.session_id, version=sheet.version, lines=lines
    )
    insist(services, settle, SYSTEM)
    life.books.await_quiet()
    run = insist(services, DraftRun(command_id=uuid4(), month=JANUARY), SYSTEM).summary
    life.books.await_quiet()  # The sheets were counted.
    insist(services, CheckRun(command_id=uuid4(), run_id=run.run_id), SYSTEM)
    insist(services, PublishRun(command_id=uuid4(), run_id=run.run_id), SYSTEM)
    invoices = insist(services, MyInvoices(), parent.caller).invoices
    [due] = [each for each in invoices if each.month == JANUARY]
    started = insist(services, StartPayment(command_id=uuid4(), invoice_id=due.invoice_id), parent.caller)
    assert life.town.stripe is not None
    pay = f"{life.town.stripe.url}/_double/sessions/{started.url.rsplit('/', 1)[1]}/pay"
    requests.post(pay, timeout=10).raise_for_status()
    paid = "SELECT count(*) FROM payment WHERE payment_id = :payment AND state = 'paid'"
    eventually(lambda: life.books.value("billing", paid, payment=started.payment_id) == 1, seconds=60)
    life.books.await_quiet()
    return life


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_counts_its_calls_by_method_and_outcome(lived: Life, service: str) -> None:
    method = {
        "accounts": "accounts.sign_in",
        "enrolment": "enrolment.change_bookings",
        "billing": "billing.publish_run",
        "documents": "documents.read_keys",
    }[service]
    seen = scrape(lived.town, service)

    calls = seen.value("espace_rpc_seconds_count", method=method, outcome="ok")
    assert calls is not None
    assert calls >= 1
    seconds = seen.value("espace_rpc_seconds_sum", method=method, outcome="ok")
    assert seconds is not None
    assert 0 < seconds / calls < 10
    assert seen.value("espace_rpc_seconds_bucket", method=method, outcome="ok", le="+Inf") == calls
    assert {"espace_rpc_expired_total", "espace_rpc_refused_total"} <= seen.names


def test_a_refusal_is_counted_by_its_code_and_is_no_failure(lived: Life) -> None:
    seen = scrape(lived.town, "billing")

    assert (seen.value("espace_rpc_refused_total", method="billing.open_invoice", code="not_found") or 0) >= 1
    assert (
        seen.value("espace_rpc_seconds_count", method="billing.open_invoice", outcome="refused") or 0
    ) >= 1
    assert not seen.value("espace_rpc_seconds_count", method="billing.open_invoice", outcome="failed")


def test_what_the_town_does_is_counted(lived: Life) -> None:
    accounts, enrolment, billing = (scrape(lived.town, name) for name in LISTENERS)

    assert (accounts.value("espace_accounts_activated_total") or 0) >= 1
    assert "espace_activation_keys_redeemed_total" in accounts.names
    assert (enrolment.value("espace_booked_days_total", activity="cantine", outcome="made") or 0) >= 1
    assert (enrolment.value("espace_sheets_settled_total", activity="cantine") or 0) >= 1
    invoiced = billing.value("espace_invoiced_cents_total", kind="invoice")
    paid = billing.value("espace_paid_cents_total", method="card")
    assert invoiced is not None
    assert invoiced >= CENTS["cantine"]
    assert paid is not None
    assert paid >= CENTS["cantine"]
    assert (billing.value("espace_payments_total", state="paid") or 0) >= 1
    assert (billing.value("espace_payment_notifications_total", outcome="stored") or 0) >= 1


@pytest.mark.parametrize("relay", RELAYS)
def test_a_relay_shows_how_many_facts_wait_and_for_how_long(lived: Life, relay: str) -> None:
    service = relay.removesuffix("-relay")

    def empty() -> bool:
        seen = scrape(lived.town, relay)
        depth = seen.value("espace_outbox_depth", service=service)
        age = seen.value("espace_outbox_age_seconds", service=service)
        return depth == 0 and age == 0

    eventually(empty)
    if service == "enrolment":
        told = scrape(lived.town, relay).value(
            "espace_outbox_told_total", service=service, event="booking.made"
        )
        assert told is not None
        assert told >= 1


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_listener_shows_what_waits_for_it_and_what_is_parked(lived: Life, listener: str) -> None:
    def seen() -> bool:
        queues = scrape(lived.town, listener)
        return all(
            queues.value("espace_queue_depth", queue=f"{listener}.events{suffix}") == 0
            for suffix in ("", ".parked", ".retry.1")
        )

    eventually(seen)
    if listener != "enrolment":
        applied = scrape(lived.town, listener).value("espace_facts_total", outcome="applied")
        assert applied is not None
        assert applied >= 1


def test_a_fact_that_cannot_be_read_is_parked_counted_and_set_aside(lived: Life) -> None:
    parameters = pika.URLParameters(lived.town.broker.url("administrator"))
    with pika.BlockingConnection(parameters) as connection:
        connection.channel().basic_publish("", "billing.events", b"not a fact")

    def parked() -> float | None:
        return scrape(lived.town, "billing").value("espace_parked", service="billing", type="unreadable")

    eventually(lambda: parked() == 1)
    [line] = insist(lived.services, ListParked.of("billing")(), SYSTEM).lines
    assert line.failure == ParkedFailure.UNREADABLE
    aside = SetParkedAside.of("billing")(command_id=uuid4(), parked_id=line.parked_id, reason="Un essai.")
    assert insist(lived.services, aside, SYSTEM)
    eventually(lambda: parked() == 0)


def test_the_gateway_counts_its_pages_and_its_calls(lived: Life) -> None:
    seen = scrape(lived.town, "gateway")

    home = seen.value("espace_page_seconds_count", endpoint="citizen.home.show", method="GET", status="2xx")
    assert home is not None
    assert home >= 1
    assert (seen.value("espace_page_calls_total", service="enrolment") or 0) >= 1
    assert (seen.value("espace_call_seconds_count", outcome="ok") or 0) >= 1
    assert (seen.value("espace_refusals_total", code="not_found") or 0) >= 1
    assert (seen.value("espace_browser_sessions_total", kind="citizen") or 0) >= 1


def test_no_page_asked_a_service_more_than_once(lived: Life) -> None:
    """What the test client refuses page by page holds for all that was lived here, forms sent included."""
    seen = scrape(lived.town, "gateway")
    calls = {
        (labels["endpoint"], labels["service"]): number
        for name, labels, number in seen.samples
        if name == "espace_page_calls_total"
    }
    assert calls
    for (endpoint, service), number in calls.items():
        assert number <= (seen.value("espace_page_seconds_count", endpoint=endpoint) or 0), (
            endpoint,
            service,
        )


# ---------------------------------------------------------------- alive, and ready


@pytest.fixture(params=["rabbitmq", "postgres"])
def absent(request: pytest.FixtureRequest, lived: Life) -> Iterator[str]:
    """A part that everybody needs, away."""
    with lived.town.away(request.param):
        yield request.param
    lived.town.supervisor.await_ready(*PROCESSES, timeout=90)


NAMES = {
    "rabbitmq": {
        "service": {"calls", "facts"},
        "relay": {"broker"},
        "gateway": {"broker"},
        "letters": {"broker"},
    },
    "postgres": {"service": {"database"}, "relay": {"database", "broker"}, "gateway": {"database"}},
}
"""What each kind of process calls the part that it misses. A relay looks for the broker once it has its database."""


def kind_of(process: str) -> str:
    if process in RELAYS:
        return "relay"
    return {"gateway": "gateway", LETTERS: "letters"}.get(process, "service")


def missing(life: Life, process: str) -> set[str]:
    """What the process says it misses; nothing while it is ready."""
    status, parts = probe(life.town, process, "ready")
    return {name for name, word in parts.items() if word != "ok"} if status == 503 else set()


def test_without_a_part_all_are_alive_and_none_is_ready_and_each_says_why(lived: Life, absent: str) -> None:
    for process in PROCESSES:
        kind = kind_of(process)
        if kind in NAMES[absent]:
            assert eventually(partial(missing, lived, process)) <= NAMES[absent][kind]
        assert probe(lived.town, process, "live") == (200, {"process": "ok"})
        assert scrape(lived.town, process).names


def test_with_everything_there_each_says_what_it_needs(lived: Life) -> None:
    for process in PROCESSES:
        status, parts = probe(lived.town, process, "ready")
        assert status == 200, parts
        assert set(parts.values()) == {"ok"}
        assert "database" in parts or process == LETTERS
        assert parts.keys() & {"calls", "broker"}
        if process in LISTENERS:
            assert "facts" in parts


@pytest.mark.parametrize("broker", ["away", "stopped"])
def test_facts_that_cannot_be_told_grow_old_for_all_to_see(lived: Life, broker: str) -> None:
    """The alert FactsNotTold is about exactly this: no broker, or one that confirms nothing."""
    parent = lived.parents[3]
    relay = stopped(lived.town, "enrolment-relay")
    relay.__enter__()
    month = insist(
        lived.services, MonthPage(child_id=parent.children[0], month=date(2027, 4, 1)), parent.caller
    )
    free = [cell.session_id for day in month.days for cell in day.cells if cell.state is CellState.OPEN]
    book = ChangeBookings(command_id=uuid4(), child_id=parent.children[0], additions=free[:1])
    assert insist(lived.services, book, parent.caller).changed
    with lived.town.away("rabbitmq") if broker == "away" else stopped(lived.town, "rabbitmq"):
        relay.__exit__(None, None, None)

        def seen(name: str) -> float:
            return scrape(lived.town, "enrolment-relay").value(name, service="enrolment") or 0

        eventually(
            lambda: seen("espace_outbox_depth") == 1 and seen("espace_outbox_age_seconds") > 1, seconds=60
        )
    lived.town.supervisor.await_ready(*PROCESSES, timeout=90)
    lived.books.await_quiet()
    eventually(lambda: seen("espace_outbox_depth") == 0 and seen("espace_outbox_age_seconds") == 0)


# ---------------------------------------------------------------- alerts and dashboards

SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
LABEL = re.compile(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)")
NAME = re.compile(r"\b(?:espace|process|python)_[a-z0-9_]+")
GIVEN_BY_PROMETHEUS = {"job", "process", "instance"}


def expressions() -> list[tuple[str, str]]:
    """(where, PromQL) of every alert and every panel."""
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    found = [
        (rule["alert"], rule["expr"])
        for group in alerts["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    for path in sorted((ROOT / "deploy/grafana/dashboards").glob("*.json")):
        found += list(_targets(json.loads(path.read_text())))
    return found


def _targets(panel: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for target in panel.get("targets", []):
        yield panel.get("title", "?"), target["expr"]
    for inner in panel.get("panels", []):
        yield from _targets(inner)


def test_alerts_and_panels_ask_for_metrics_and_labels_that_processes_give(lived: Life) -> None:
    scrapes = [scrape(lived.town, process) for process in PROCESSES]
    names = frozenset().union(*(each.names for each in scrapes))
    asked = expressions()
    assert len(asked) > 20
    unknown = {
        (where, name) for where, expression in asked for name in NAME.findall(expression) if name not in names
    }
    assert unknown == set()
    for where, expression in asked:
        for name, selectors in SELECTOR.findall(expression):
            given = set().union(*(each.labels(name) for each in scrapes))
            if given:
                assert set(LABEL.findall(selectors)) <= given | GIVEN_BY_PROMETHEUS, (where, name)


def test_what_the_dashboard_must_show_is_on_it() -> None:
    shown = " ".join(expression for _, expression in expressions())
    for name in (
        "espace_rpc_seconds_bucket",
        "espace_rpc_seconds_count",
        "espace_outbox_depth",
        "espace_outbox_age_seconds",
        "espace_queue_depth",
        "espace_accounts_activated_total",
        "espace_booked_days_total",
        "espace_invoiced_cents_total",
        "espace_paid_cents_total",
    ):
        assert name in shown, name
