"""The walls between services, asked of the real parts: databases, and the broker's permissions."""

from collections.abc import Callable
from urllib.parse import urlsplit

import amqp
import psycopg2
import pytest

from deploy.local.postgres import Server, make_service, run_sql
from deploy.local.rabbitmq import Broker

REFUSED = 403


def connect(url: str) -> amqp.Connection:
    """An open connection to the broker."""
    parts = urlsplit(url)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=parts.username,
        password=parts.password,
        virtual_host=parts.path[1:],
    )
    connection.connect()
    return connection


def refuses(act: Callable[[amqp.Channel], object], url: str) -> bool:
    """True when the broker says no to what is done on a fresh channel."""
    with connect(url) as connection:
        channel = connection.channel()
        channel.confirm_select()
        try:
            act(channel)
        except amqp.exceptions.AccessRefused as refusal:
            return int(refusal.reply_code) == REFUSED
        return False


@pytest.fixture(scope="module")
def two_services(postgres: Server) -> tuple[str, str]:
    return make_service(postgres, "left", "left-secret"), make_service(postgres, "right", "right-secret")


def test_a_role_enters_its_own_database(two_services: tuple[str, str]) -> None:
    left, _ = two_services
    with psycopg2.connect(left.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS mine (id int); SELECT current_database(), current_user")
        assert cursor.fetchone() == ("left", "left")
    connection.close()


@pytest.mark.parametrize("foreign", ["right", "postgres", "template1"])
def test_a_role_cannot_enter_another_database(
    postgres: Server, two_services: tuple[str, str], foreign: str
) -> None:
    address = postgres.url(foreign, "left", "left-secret").replace("+psycopg2", "")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(address)


def test_a_wrong_password_does_not_open_a_database(two_services: tuple[str, str]) -> None:
    left, _ = two_services
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(left.replace("+psycopg2", "").replace("left-secret", "guess"))


def test_making_a_service_again_keeps_its_data(postgres: Server, two_services: tuple[str, str]) -> None:
    run_sql(postgres, "CREATE TABLE kept (id int)", "right")
    assert make_service(postgres, "right", "right-secret") == two_services[1]
    assert run_sql(postgres, "SELECT count(*) FROM kept", "right") == "0"


def test_only_the_gateway_may_ask(vhost: Broker) -> None:
    question = amqp.Message("{}")

    def ask(channel: amqp.Channel) -> None:
        channel.basic_publish_confirm(question, "nameko-rpc", "billing.anything")

    assert not refuses(ask, vhost.url("gateway"))
    for user in ("accounts", "enrolment", "billing", "documents", "subscriber"):
        assert refuses(ask, vhost.url(user)), user


def test_the_gateway_tells_no_facts(vhost: Broker) -> None:
    assert refuses(
        lambda channel: channel.basic_publish_confirm(amqp.Message("{}"), "espace.events", "booking.made"),
        vhost.url("gateway"),
    )


def test_a_service_reads_its_own_queues_only(vhost: Broker) -> None:
    def declare(name: str) -> Callable[[amqp.Channel], object]:
        return lambda channel: channel.queue_declare(name, durable=True, auto_delete=False)

    assert not refuses(declare("billing.events"), vhost.url("billing"))
    assert not refuses(declare("rpc-billing"), vhost.url("billing"))
    assert refuses(declare("billing.events"), vhost.url("enrolment"))
    assert refuses(lambda channel: channel.basic_get("rpc-billing"), vhost.url("enrolment"))


def test_a_neighbour_hears_facts_in_its_own_queue_and_nothing_else(vhost: Broker) -> None:
    def subscribe(channel: amqp.Channel) -> None:
        channel.queue_declare("subscriber.kitchen", durable=True, auto_delete=False)
        channel.queue_bind("subscriber.kitchen", "espace.events", "booking.#")

    assert not refuses(subscribe, vhost.url("subscriber"))
    assert refuses(lambda channel: channel.basic_get("billing.events"), vhost.url("subscriber"))
    assert refuses(
        lambda channel: channel.basic_publish_confirm(amqp.Message("{}"), "espace.events", "booking.made"),
        vhost.url("subscriber"),
    )
    assert refuses(
        lambda channel: channel.basic_publish_confirm(amqp.Message("{}"), "", "rpc-billing"),
        vhost.url("subscriber"),
    )


def test_forgotten_questions_are_dropped_by_the_broker(vhost: Broker) -> None:
    policies = vhost.request("GET", f"/api/policies/{vhost.vhost}")
    assert {policy["pattern"]: policy["definition"] for policy in policies}["^rpc-"] == {
        "message-ttl": 20_000
    }
