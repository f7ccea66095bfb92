"""The way of a message that cannot be applied: parked, a row, looked at, put back, set aside, forgotten."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pika
import pytest
from sqlalchemy.orm import Session

from chassis import parked
from chassis.outbox import tell
from chassis.parked_message import read
from chassis.relay import Outbox
from contracts.caller import SYSTEM, Caller, Kind, Role
from contracts.envelope import Envelope
from contracts.errors import NotAllowed, NotFound
from contracts.events.offer import ActivityUpdated, PlaceUpdated
from contracts.orders.order import EXCHANGE as ORDERS
from contracts.orders.requests import TakeRequestOver
from contracts.parked import (
    ListParked,
    OpenParked,
    ParkedAct,
    ParkedFailure,
    ParkedLine,
    ParkedState,
    ReplayParked,
    SetParkedAside,
)
from tests.echo.service import DEADLY
from tests.load.processes import ROOT
from tests.services.chassis.conftest import Echo
from tests.services.chassis.test_facts import a_place, depth, heard, publish
from tests.waiting import eventually

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
PAUL = Caller(kind=Kind.AGENT, account_id=uuid4(), name="Paul Durand", roles=frozenset({Role.ADMINISTRATION}))


def lines(echo: Echo, state: ParkedState = ParkedState.PARKED, kind: str | None = None) -> list[ParkedLine]:
    ask = ListParked.of("echo")(state=state, type=kind)
    return echo.services.ask(ask, PAUL).lines


def replay(echo: Echo, **chosen: Any) -> int:
    return echo.services.ask(ReplayParked.of("echo")(command_id=uuid4(), **chosen), PAUL)


def listens(echo: Echo) -> bool:
    with pika.BlockingConnection(pika.URLParameters(echo.amqp_url)) as connection:
        declared = connection.channel().queue_declare("echo.events", passive=True)
        return int(declared.method.consumer_count) > 0


def environment(echo: Echo) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": "services:.",
        "ESPACE_AMQP_URL": echo.amqp_url,
        "ESPACE_DATABASE_URL": echo.database_url,
    }


def envelope(fact: PlaceUpdated | TakeRequestOver, **changed: Any) -> bytes:
    values = {
        "id": uuid4(),
        "source": "/espace/enrolment",
        "type": fact.event_type(),
        "subject": "ecole",
        "time": NOW,
        "dataschema": "/api/schemas/x.json",
        "data": fact.model_dump(mode="json"),
        **changed,
    }
    return Envelope(**values).model_dump_json().encode()


def tell_activity(echo: Echo, name: str) -> None:
    fact = ActivityUpdated(activity_code="x", activity_name=name, unit="repas", child_care=False)
    with Session(echo.engine) as session:
        tell(session, fact, subject="x", at=datetime.now(UTC))
        session.commit()


def test_one_that_the_process_dies_over_is_a_row_in_the_end(echo: Echo) -> None:
    with echo.process("serve"):
        publish(echo, envelope(a_place(DEADLY)), "place.updated")
        eventually(lambda: not listens(echo))
    # The other times that it is given back, a test may spare the machine the process.
    while not depth(echo, "echo.events.parked"):
        with pika.BlockingConnection(pika.URLParameters(echo.amqp_url)) as connection:
            connection.channel().basic_get("echo.events")

    with echo.process("serve"):
        [line] = eventually(lambda: lines(echo))
        assert replay(echo, type=line.type) == 0, "it would die again: only who names it puts it back"

    assert (line.failure, line.words, line.type) == (ParkedFailure.DIED, "", PlaceUpdated.event_type())
    assert depth(echo, "echo.events.parked") == 0


def test_a_handler_that_fails_is_tried_again_then_parked_and_can_be_replayed(serving: Echo) -> None:
    tell_activity(serving, "avalée de travers")
    kind = ActivityUpdated.event_type()
    [line] = eventually(lambda: lines(serving, kind=kind))

    assert heard(serving, "avalée de travers") == 0, "a failed try leaves no trace"
    assert heard(serving, "admise : avalée de travers") == 1, "the other handler's work stands, done once"
    assert (line.failure, line.words, line.tries, line.times) == (
        "RuntimeError",
        "choked on purpose",
        3,
        1,
    )
    assert line.first_failed_at < line.last_failed_at

    assert replay(serving, parked_id=line.parked_id) == 1
    assert replay(serving, parked_id=line.parked_id) == 0, "it is parked no more"
    [again] = eventually(lambda: lines(serving, kind=kind))
    assert (again.parked_id, again.times) == (line.parked_id, 2)
    assert again.first_failed_at == line.first_failed_at

    serving.rows("INSERT INTO mended DEFAULT VALUES")
    replayed = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "chassis", "replay", "echo"],
        cwd=ROOT,
        env=environment(serving),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "put back" in replayed.stdout
    eventually(lambda: lines(serving, ParkedState.APPLIED, kind), seconds=30)
    assert heard(serving, "avalée de travers") == 1
    assert heard(serving, "admise : avalée de travers") == 1, "its inbox knew it"
    view = serving.services.ask(OpenParked.of("echo")(parked_id=line.parked_id), PAUL)
    acts = [(act.act, act.by) for act in view.acts]
    assert acts == [
        (ParkedAct.PARKED, ""),
        (ParkedAct.REPLAYED, "Paul Durand"),
        (ParkedAct.PARKED, ""),
        (ParkedAct.REPLAYED, "système"),
        (ParkedAct.APPLIED, ""),
    ]


def test_what_cannot_be_read_is_parked_at_once_and_the_next_one_applied(serving: Echo) -> None:
    unknown = envelope(a_place("demain"), type="fr.espace-citoyens.moon.landed.v1")
    publish(serving, b'{"specversion": "1.0", "surprise": true}', "place.updated")
    publish(serving, b"\xff\x00", "place.updated")
    publish(serving, unknown, "place.updated")
    publish(
        serving,
        envelope(a_place("d’une autre version"), type="fr.espace-citoyens.place.updated.v9"),
        "place.updated",
    )
    publish(serving, envelope(a_place("la suite")), "place.updated")

    eventually(lambda: heard(serving, "la suite"))
    unreadable = eventually(lambda: len(found := lines(serving, kind="")) == 2 and found)
    assert {(line.failure, line.replayable) for line in unreadable} == {
        (ParkedFailure.UNREADABLE, True),
        (ParkedFailure.UNREADABLE, False),
    }
    [moon] = eventually(lambda: lines(serving, kind="fr.espace-citoyens.moon.landed.v1"))
    assert moon.failure == ParkedFailure.UNKNOWN
    assert lines(serving, kind="fr.espace-citoyens.place.updated.v9") == [], "told beside the one we hear"


def test_what_an_earlier_release_parked_is_emptied_into_rows(serving: Echo) -> None:
    body = envelope(a_place("d’avant"), type="fr.espace-citoyens.place.updated.v7")
    headers = {"x-espace-tries": 8, "x-espace-reason": "RuntimeError('autrefois')"}
    with pika.BlockingConnection(pika.URLParameters(serving.amqp_url)) as connection:
        connection.channel().basic_publish(
            "", "echo.events.parked", body, pika.BasicProperties(headers=headers, delivery_mode=2)
        )
    [line] = eventually(lambda: lines(serving, kind="fr.espace-citoyens.place.updated.v7"))

    assert (line.failure, line.words, line.tries) == ("RuntimeError", "RuntimeError('autrefois')", 8)
    assert depth(serving, "echo.events.parked") == 0


def test_an_order_keeps_its_sender_while_it_waits_and_when_it_is_put_back(serving: Echo) -> None:
    serving.rows("DELETE FROM mended")
    sender = serving.broker.url("subscriber")
    with pika.BlockingConnection(pika.URLParameters(sender)) as connection:
        properties = pika.BasicProperties(user_id="subscriber", headers={"x-espace-sender": "un autre"})
        body = envelope(TakeRequestOver(request_id=uuid4()), source="un autre")
        connection.channel().basic_publish(ORDERS, "request.take_over", body, properties)
    kind = TakeRequestOver.event_type()
    [line] = eventually(lambda: lines(serving, kind=kind))
    assert (line.failure, line.tries, line.queue) == ("RuntimeError", 3, "echo.orders")
    view = serving.services.ask(OpenParked.of("echo")(parked_id=line.parked_id), PAUL)
    assert view.source == "subscriber"

    serving.rows("INSERT INTO mended DEFAULT VALUES")
    replay(serving, type=kind)
    eventually(lambda: heard(serving, "pris par subscriber"))


def test_an_order_of_nobody_is_parked_and_stays_nobodys(serving: Echo) -> None:
    body = envelope(TakeRequestOver(request_id=uuid4()))
    with pika.BlockingConnection(pika.URLParameters(serving.broker.url("subscriber"))) as connection:
        connection.channel().basic_publish(ORDERS, "request.take_over", body)
    kind = TakeRequestOver.event_type()
    [line] = eventually(lambda: lines(serving, kind=kind))
    assert line.failure == ParkedFailure.NO_SENDER

    replay(serving, parked_id=line.parked_id)
    [again] = eventually(lambda: lines(serving, kind=kind))
    assert (again.failure, again.times) == (ParkedFailure.NO_SENDER, 2)


def test_it_can_be_set_aside_with_a_reason_and_by_administrators_alone(serving: Echo) -> None:
    publish(serving, b"rien", "place.updated")
    [line] = eventually(lambda: [each for each in lines(serving, kind="") if _body(serving, each) == "rien"])
    aside = SetParkedAside.of("echo")(command_id=uuid4(), parked_id=line.parked_id, reason="Un essai.")
    with pytest.raises(NotAllowed):
        serving.services.ask(aside, PAUL.model_copy(update={"roles": frozenset({Role.BILLING})}))

    assert serving.services.ask(aside, PAUL)
    assert serving.services.ask(aside, PAUL), "its first answer"
    assert replay(serving, parked_id=line.parked_id) == 0
    again = aside.model_copy(update={"command_id": uuid4()})
    assert not serving.services.ask(again, PAUL)
    view = serving.services.ask(OpenParked.of("echo")(parked_id=line.parked_id), PAUL)
    assert [(act.act, act.by, act.words) for act in view.acts][1:] == [
        (ParkedAct.OPENED, "Paul Durand", ""),
        (ParkedAct.SET_ASIDE, "Paul Durand", "Un essai."),
    ]
    with pytest.raises(NotFound):
        serving.services.ask(OpenParked.of("echo")(parked_id=uuid4()), PAUL)


def _body(echo: Echo, line: ParkedLine) -> str | None:
    return echo.services.ask(OpenParked.of("echo")(parked_id=line.parked_id, content=True), PAUL).body


# ------------------------------------------------------------ the rows alone


def shelve(echo: Echo, *, parking: str = "1", subject: str = "s", event_id: UUID | None = None) -> UUID:
    """A row of its own; the same one again for the same event. Its queue is nobody's."""
    body = envelope(a_place("rangée"), id=event_id or uuid4(), subject=subject, aggregateversion=3)
    message = read("nobody.events", body, {"x-espace-parking": parking}, None, NOW)
    with Session(echo.engine) as session:
        parked.keep(session, message, NOW)
        session.commit()
    [(found,)] = echo.rows("SELECT parked_id FROM parked WHERE mark = :mark", mark=message.mark)
    return UUID(str(found))


def test_delivered_again_it_counts_once_parked_again_it_counts_twice(echo: Echo) -> None:
    event_id = uuid4()
    parked_id = shelve(echo, event_id=event_id)
    assert shelve(echo, event_id=event_id) == parked_id
    assert echo.rows("SELECT times FROM parked WHERE parked_id = :id", id=parked_id) == [(1,)]
    shelve(echo, event_id=event_id, parking="2")
    assert echo.rows("SELECT times FROM parked WHERE parked_id = :id", id=parked_id) == [(2,)]


def test_two_who_replay_at_once_put_it_back_once(echo: Echo) -> None:
    subject = str(uuid4())
    for _ in range(3):
        shelve(echo, subject=subject)
    second: list[int] = []

    def put_back(session: Session) -> int:
        return parked.put_back(session, PAUL, NOW, queue="nobody.events")

    def be_second() -> None:
        with Session(echo.engine) as session:
            second.append(put_back(session))
            session.commit()

    with Session(echo.engine) as session:
        assert put_back(session) >= 3
        thread = threading.Thread(target=be_second)
        thread.start()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%parked%'"
        eventually(lambda: echo.rows(waiting))
        session.commit()
    thread.join()

    assert second == [0]
    told = "SELECT count(*) FROM outbox WHERE queue = 'nobody.events' AND body LIKE :subject"
    assert echo.rows(told, subject=f"%{subject}%") == [(3,)]


def test_a_picture_that_was_overtaken_says_so(echo: Echo) -> None:
    subject = str(uuid4())
    parked_id = shelve(echo, subject=subject)
    for version, newer in ((3, None), (5, 5)):
        echo.rows(
            "INSERT INTO seen VALUES ('place', :s, :v) ON CONFLICT (kind, subject) DO UPDATE SET version = :v",
            s=subject,
            v=version,
        )
        with Session(echo.engine) as session:
            view = parked.open_one(session, OpenParked.of("echo")(parked_id=parked_id), SYSTEM, NOW)
            assert (view.newer_version, view.body) == (newer, None)


def test_the_inbox_knows_what_is_parked_for_as_long_as_it_may_come_back(echo: Echo) -> None:
    event_id, other = uuid4(), uuid4()
    shelve(echo, event_id=event_id)
    echo.rows(
        "INSERT INTO inbox VALUES (:a, 'admit', now() - interval '90 days'), (:b, 'admit', now() - interval '90 days')",
        a=event_id,
        b=other,
    )
    outbox = Outbox(echo.database_url, "echo")
    outbox.sweep()
    outbox.close()

    kept = echo.rows("SELECT event_id FROM inbox WHERE event_id IN (:a, :b)", a=event_id, b=other)
    assert kept == [(event_id,)]


def test_what_was_decided_is_erased_after_a_month_and_forgotten_after_a_year(echo: Echo) -> None:
    parked_id, waiting = shelve(echo), shelve(echo)
    with Session(echo.engine) as session:
        parked.set_aside(session, parked_id, "Un essai.", PAUL, NOW)
        session.commit()

    def after(days: int) -> list[tuple[object, ...]]:
        with Session(echo.engine) as session:
            parked.forget(session, NOW + timedelta(days=days))
            session.commit()
        return echo.rows("SELECT body IS NULL FROM parked WHERE parked_id = :id", id=parked_id)

    assert after(29) == [(False,)]
    assert after(31) == [(True,)]
    assert after(366) == []
    assert echo.rows("SELECT body IS NULL FROM parked WHERE parked_id = :id", id=waiting) == [(False,)]
