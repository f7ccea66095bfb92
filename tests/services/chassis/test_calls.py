"""Calls between real processes through a real broker."""

import threading
from uuid import uuid4

import pytest
from nameko.standalone.rpc import ClusterRpcProxy

from chassis.client import Services
from chassis.wire import RemoteFailure
from contracts.caller import SYSTEM, Caller
from contracts.errors import Conflict, Invalid
from tests.echo.echo import BreakDown, Ping, Pong, TooLoud, Wait, WriteNote
from tests.services.chassis.conftest import Echo


def test_an_answer_comes_back_as_its_own_type_with_who_asked(serving: Echo) -> None:
    caller = Caller(name="Zoé", correlation_id="abc-1")

    assert serving.services.ask(Ping(text="bonjour"), caller) == Pong(
        text="bonjour", caller="Zoé", correlation_id="abc-1"
    )


def test_a_refusal_arrives_as_its_own_class_with_its_details(serving: Echo) -> None:
    with pytest.raises(TooLoud) as refusal:
        serving.services.ask(Ping(text="HÉ"), SYSTEM)

    assert refusal.value.details == {"text": "HÉ"}


def test_a_fault_is_no_refusal(serving: Echo) -> None:
    with pytest.raises(RemoteFailure, match="broken on purpose"):
        serving.services.ask(BreakDown(), SYSTEM)


def test_several_questions_are_answered_in_the_order_asked(serving: Echo) -> None:
    slow, quick = serving.services.ask_all(SYSTEM, Wait(seconds=0.3), Ping(text="vite"))

    assert (slow.text, quick.text) == ("done", "vite")


def test_one_refusal_among_several_leaves_the_other_answers(serving: Echo) -> None:
    refused, answered = serving.services.try_all(SYSTEM, Ping(text="HÉ"), Ping(text="oui"))

    assert isinstance(refused, TooLoud)
    assert answered == Pong(text="oui", caller="système")


def test_a_malformed_call_is_refused_and_the_service_lives_on(serving: Echo) -> None:
    class Ping2(Ping):
        """A newer caller's question, with a field this service does not know."""

        colour: str = "rouge"

        @classmethod
        def service(cls) -> str:
            return "echo"

        @classmethod
        def method(cls) -> str:
            return "ping"

    with pytest.raises(Invalid):
        serving.services.ask(Ping2(), SYSTEM)
    assert serving.services.ask(Ping(text="encore"), SYSTEM).text == "encore"


def test_a_stock_nameko_proxy_is_answered_too(serving: Echo) -> None:
    with ClusterRpcProxy({"AMQP_URI": serving.amqp_url.replace("amqp://", "pyamqp://")}, timeout=10) as proxy:
        assert proxy.echo.ping({"text": "d’ailleurs"})["text"] == "d’ailleurs"


def test_many_callers_with_bodies_of_all_sizes_lose_nothing(serving: Echo) -> None:
    """Answers of several frames once hung the shared connection: two greenthreads read from it."""
    wrong: list[object] = []

    def ask(seed: int) -> None:
        services = Services(serving.amqp_url, timeout=20)
        for number in range(120):
            text = f"{seed}-{number}-" + "é" * ((seed * 7919 + number * 104729) % 200_000)
            try:
                if services.ask(Ping(text=text), SYSTEM).text != text:
                    wrong.append((seed, number))
            except Exception as problem:
                wrong.append(problem)
        services.close()

    callers = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert wrong == []


def test_a_command_delivered_eight_times_at_once_has_one_effect_and_one_answer(serving: Echo) -> None:
    command = WriteNote(command_id=uuid4(), text="une fois")
    answers: list[int] = []
    start = threading.Barrier(8)

    def give() -> None:
        services = Services(serving.amqp_url, timeout=20)
        start.wait()
        answers.append(services.ask(command, SYSTEM))
        services.close()

    threads = [threading.Thread(target=give) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(answers)) == 1
    assert serving.rows("SELECT count(*) FROM note WHERE text = 'une fois'") == [(1,)]


def test_the_id_of_a_command_cannot_serve_for_another(serving: Echo) -> None:
    command = WriteNote(command_id=uuid4(), text="la première")
    serving.services.ask(command, SYSTEM)

    with pytest.raises(Conflict):
        serving.services.ask(command.model_copy(update={"text": "une autre"}), SYSTEM)
