"""A month of 1 700 families, and money at the counter, while service, relay and broker are killed at random moments.

A town of its own, filled as billing would have heard of it: nobody else's process is needed for a run.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pika
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from chassis.client import Services
from contracts.billing.counter import Means, TakePayment
from contracts.billing.runs import CheckRun, DraftRun, PublishRun
from contracts.caller import SYSTEM, Role
from tests.faults.acts import PATIENCE, insist
from tests.load import invoice_town
from tests.mothers.agents import as_caller
from tests.providers.system import Town, run_town
from tests.waiting import eventually

Done = TypeVar("Done")

FAMILIES, PAYERS = 1_700, 40
VICTIMS = ("billing", "billing-relay", "rabbitmq")
TOLD = ("invoice.published", "payment.received")
LISTENER = "voisin"

# What enrolment would answer to `run.drafted`: the sheets as they stand.
_COUNT = """
INSERT INTO sheet_count (run_id, part, parts, place_code, sheets)
SELECT :run_id, 1, 1, '', jsonb_agg(to_jsonb(sheet) || jsonb_build_object('version', 1, 'families', (
    SELECT jsonb_agg(jsonb_build_object('family_id', family_id, 'lines', lines))
    FROM (SELECT family_id, count(*) AS lines FROM attendance a WHERE a.session_id = sheet.session_id GROUP BY 1) f)))
FROM (SELECT session_id, activity_code, day, slot FROM settled_session) sheet
"""


@dataclass(frozen=True)
class Struck:
    """The town, how it is asked, and the moments at which it is struck."""

    town: Town
    services: Services
    engine: Engine
    dice: random.Random

    def insisted(self, acts: list[Callable[[], Done]]) -> list[Done]:
        """What comes of `acts`, asked for until answered, each victim being killed once meanwhile."""
        with ThreadPoolExecutor(4) as pool:
            futures = [pool.submit(act) for act in acts]
            for victim in self.dice.sample(VICTIMS, len(VICTIMS)):
                self._let_pass(futures)
                self.town.strike(victim)
            return [future.result(timeout=PATIENCE) for future in futures]

    def _let_pass(self, futures: list[Future[Done]]) -> None:
        """A moment of random length, or less where everything is done."""
        with suppress(StillRunning):
            futures[-1].exception(timeout=self.dice.uniform(0, 1.5))

    def ask(self, command: Any) -> Any:
        """One command's answer, through whatever happens to the system."""
        [answer] = self.insisted([partial(insist, self.services, command, SYSTEM)])
        return answer

    def rows(self, query: str, **values: Any) -> list[Any]:
        """What billing's books hold."""
        with self.engine.begin() as connection:
            answer = connection.execute(text(query), values)
            return list(answer.all()) if answer.returns_rows else []

    def value(self, query: str) -> Any:
        [(value,)] = self.rows(query)
        return value


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Struck]:
    with run_town(tmp_path_factory.mktemp("whole-town"), services=("billing",)) as town:
        town.set_clock(invoice_town.NOW)
        engine = create_engine(town.database_url("billing"), poolclass=NullPool)
        invoice_town.fill(engine, FAMILIES)
        services = Services(town.amqp_url("gateway"), timeout=30)
        struck = Struck(town, services, engine, random.Random(1_700))
        struck.rows(
            "INSERT INTO seen (kind, subject, version) SELECT 'attendance', session_id, 1 FROM settled_session"
        )
        yield struck
        services.close()


@pytest.fixture(scope="module")
def neighbour(struck: Struck) -> Callable[[], list[dict[str, str]]]:
    """Another system's queue, bound before anything happens: the facts that it holds, taken from it once."""
    parameters = pika.URLParameters(struck.town.broker.url("administrator"))
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.queue_declare(LISTENER, durable=True)
        for name in TOLD:
            channel.queue_bind(LISTENER, "espace.events", name)

    def taken() -> list[dict[str, str]]:
        import json

        found = []
        with pika.BlockingConnection(parameters) as connection:
            channel = connection.channel()
            while (answer := channel.basic_get(LISTENER, auto_ack=True))[0] is not None:
                found.append(json.loads(answer[2]))
        return found

    return taken


@pytest.mark.timeout(420)
def test_1700_families_are_billed_once_and_pay_once_whatever_is_killed(
    struck: Struck, neighbour: Callable[[], list[dict[str, str]]]
) -> None:
    run_id: UUID = struck.ask(DraftRun(command_id=uuid4(), month=invoice_town.MONTH)).summary.run_id
    assert struck.rows("SELECT run_id FROM run") == [(run_id,)]
    struck.rows(_COUNT, run_id=run_id)
    struck.ask(CheckRun(command_id=uuid4(), run_id=run_id))
    struck.ask(PublishRun(command_id=uuid4(), run_id=run_id))

    invoices = struck.rows(
        "SELECT invoice_id, family_id, sequence, total_cents FROM invoice ORDER BY sequence"
    )
    carried = struck.value("SELECT count(*) FROM run_family WHERE outcome = 'carried'")
    assert len(invoices) + carried == FAMILIES
    assert len({row.family_id for row in invoices}) == len(invoices)
    assert [row.sequence for row in invoices] == list(range(1, len(invoices) + 1))
    total = sum(row.total_cents for row in invoices)
    assert struck.value("SELECT sum(quantity * unit_cents) FROM charge") == total
    assert struck.value("SELECT sum(amount_cents) FROM invoice_line") == total

    clerk = as_caller(uuid4(), Role.BILLING)
    payers = struck.dice.sample(invoices, PAYERS)
    commands = [
        TakePayment(
            command_id=uuid4(),
            invoice_ids=(row.invoice_id,),
            means=Means.CASH,
            amount_cents=row.total_cents,
            paid_by="Mme Camille",
        )
        for row in payers
    ]
    receipts = struck.insisted([partial(insist, struck.services, each, clerk) for each in commands])
    assert len({receipt.receipt_number for receipt in receipts}) == PAYERS
    assert struck.value("SELECT last FROM numbering WHERE series = 'receipt'") == PAYERS
    paid = sum(row.total_cents for row in payers)
    assert struck.rows("SELECT state, count(*), sum(amount_cents) FROM payment GROUP BY 1") == [
        ("paid", PAYERS, paid)
    ]
    assert dict(
        struck.rows(
            "SELECT account, sum(amount_cents) FROM ledger_entry WHERE account IN ('receivable', 'cash') GROUP BY 1"
        )
    ) == {"receivable": total - paid, "cash": paid}
    assert struck.value("SELECT sum(amount_cents) FROM ledger_entry") == 0

    # Every fact reached who listens, at least once, and none was made up.
    eventually(
        lambda: struck.value("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0, seconds=120
    )
    written = dict(
        struck.rows("SELECT event_id::text, name FROM outbox WHERE name = ANY(:told)", told=list(TOLD))
    )
    assert Counter(written.values()) == {"invoice.published": len(invoices), "payment.received": PAYERS}
    assert {fact["id"] for fact in neighbour()} == set(written)
