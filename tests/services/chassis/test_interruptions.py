"""Services and relays that stop, die and come back while they are needed."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from chassis.client import Services
from chassis.outbox import tell, tell_all
from chassis.topology import AUDIT_QUEUE
from contracts.caller import SYSTEM
from contracts.errors import ServiceUnavailable
from tests.echo.echo import Ping, Wait, WriteNote
from tests.load.processes import ROOT
from tests.services.chassis.conftest import Echo
from tests.services.chassis.test_facts import a_place, depth, heard
from tests.waiting import eventually


def test_a_call_whose_caller_gave_up_while_the_service_was_down_never_runs(echo: Echo) -> None:
    with echo.process("serve"):
        echo.services.ask(Ping(), SYSTEM)  # so that the queue exists
    before = echo.count("note")
    with pytest.raises(ServiceUnavailable):
        echo.services.ask(WriteNote(command_id=uuid4(), text="fantôme"), SYSTEM, timeout=0.5)
    with echo.process("serve"):
        echo.services.ask(Ping(), SYSTEM)

    assert echo.count("note") == before


def test_a_call_that_waited_in_the_service_past_its_deadline_never_runs(echo: Echo) -> None:
    """Ten workers are busy; the call is in the process already, out of reach of its expiration."""
    with echo.process("serve"):
        before = echo.count("note")
        busy = [threading.Thread(target=_wait_two_seconds, args=(echo,)) for _ in range(10)]
        for thread in busy:
            thread.start()
        time.sleep(0.7)  # until all ten are running; later only makes the next line surer to time out
        with pytest.raises(ServiceUnavailable):
            echo.services.ask(WriteNote(command_id=uuid4(), text="trop tard"), SYSTEM, timeout=0.3)
        for thread in busy:
            thread.join()
        echo.services.ask(Ping(), SYSTEM)

        assert echo.rows("SELECT text FROM note WHERE text = 'trop tard'") == []
        assert echo.count("note") == before + 10


def _wait_two_seconds(echo: Echo) -> None:
    services = Services(echo.amqp_url, timeout=20)
    services.ask(Wait(seconds=2), SYSTEM)
    services.close()


def test_a_service_asked_to_stop_answers_what_it_has_begun(echo: Echo) -> None:
    with echo.process("serve") as pid:
        waiting: list[str] = []

        def wait() -> None:
            services = Services(echo.amqp_url, timeout=20)
            waiting.append("asked")
            waiting.append(services.ask(Wait(seconds=1.5), SYSTEM).text)
            services.close()

        caller = threading.Thread(target=wait)
        caller.start()
        eventually(lambda: waiting)
        time.sleep(0.5)  # the call is on its way to the service, which then takes a second and a half
        os.kill(pid, signal.SIGTERM)
        caller.join()

        assert waiting == ["asked", "done"]


def test_a_service_killed_in_the_middle_is_asked_again_within_the_same_call(echo: Echo) -> None:
    """The broker gives the unacknowledged call to the next process; the caller never notices."""
    answers: list[str] = []

    def wait() -> None:
        services = Services(echo.amqp_url, timeout=30)
        answers.append(services.ask(Wait(seconds=1), SYSTEM).text)
        services.close()

    caller = threading.Thread(target=wait)
    with echo.process("serve") as pid:
        caller.start()
        time.sleep(
            0.5
        )  # in the middle of the second it takes; a later kill would find it done, and prove less
        os.kill(pid, signal.SIGKILL)
    with echo.process("serve"):
        caller.join()

    assert answers == ["done"]


def test_a_relay_killed_while_it_tells_loses_nothing_and_nothing_is_applied_twice(echo: Echo) -> None:
    facts = [(a_place(f"tué {number:04}"), "tué", number) for number in range(2000)]
    with echo.process("serve"):
        with echo.process("relay") as pid:
            with Session(echo.engine) as session:
                tell_all(session, facts, at=datetime.now(UTC))
                session.commit()
            eventually(
                lambda: echo.rows("SELECT 1 FROM outbox WHERE body LIKE '%tué%' AND published_at IS NOT NULL")
            )
            os.kill(pid, signal.SIGKILL)
        with echo.process("relay"):
            eventually(lambda: not echo.rows("SELECT 1 FROM outbox WHERE published_at IS NULL"))
        eventually(lambda: len(echo.rows("SELECT 1 FROM heard WHERE text LIKE 'tué %'")) == 2000, seconds=180)

    assert echo.rows("SELECT count(DISTINCT text), count(*) FROM heard WHERE text LIKE 'tué %'") == [
        (2000, 2000)
    ]


def test_two_relays_at_once_tell_each_fact_once_and_the_second_takes_over(echo: Echo) -> None:
    with echo.process("serve"), echo.process("relay") as first:
        second = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "chassis", "relay", "tests.echo"],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": "services:.",
                "ESPACE_AMQP_URL": echo.amqp_url,
                "ESPACE_DATABASE_URL": echo.database_url,
            },
        )
        try:
            os.kill(first, signal.SIGKILL)
            before = depth(echo, AUDIT_QUEUE)
            with Session(echo.engine) as session:
                tell(session, a_place("relève"), subject="1", at=datetime.now(UTC))
                session.commit()

            eventually(lambda: heard(echo, "relève") == 1)
            eventually(lambda: depth(echo, AUDIT_QUEUE) == before + 1)
        finally:
            second.terminate()
            second.wait(15)
    assert heard(echo, "relève") == 1


def test_what_was_told_long_ago_is_swept_and_what_was_not_told_never(echo: Echo) -> None:
    long_ago = "now() - interval '90 days'"
    with Session(echo.engine) as session:
        tell(session, a_place("ancien"), subject="1", at=datetime.now(UTC))
        session.commit()
    echo.rows(
        f"UPDATE outbox SET written_at = {long_ago}, published_at = {long_ago} WHERE body LIKE '%ancien%'"
    )
    echo.rows(
        f"INSERT INTO inbox VALUES (gen_random_uuid(), 'vieux', {long_ago}), (gen_random_uuid(), 'neuf', now())"
    )
    with echo.process("relay"):
        eventually(lambda: not echo.rows("SELECT 1 FROM outbox WHERE body LIKE '%ancien%'"))

    assert echo.rows("SELECT handler FROM inbox WHERE handler IN ('vieux', 'neuf')") == [("neuf",)]
