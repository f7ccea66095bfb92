"""Which process is told what."""

import pytest

from deploy.local.processes import (
    SECRETS,
    SERVICES,
    Addresses,
    compose_environment,
    compose_letters_environment,
    list_processes,
)

EVERY_VARIABLE = (
    *SECRETS,
    "ESPACE_CLOCK_FILE",
    "ESPACE_PUBLIC_URL",
    "ESPACE_S3_URL",
    "ESPACE_SMTP_URL",
    "ESPACE_MAIL_FROM",
    "ESPACE_STRIPE_URL",
    "ESPACE_STRIPE_KEY",
    "ESPACE_STRIPE_WEBHOOK_SECRET",
    "ESPACE_PAYMENT_ORIGIN",
)
ADDRESSES = Addresses(
    amqp={name: f"amqp://{name}" for name in (*SERVICES, "gateway")},
    database={name: f"postgresql://{name}" for name in (*SERVICES, "gateway")},
    common={name: name.lower() for name in EVERY_VARIABLE},
)


@pytest.mark.parametrize(
    ("secret", "holders"),
    [
        ("ESPACE_SECRET_KEY", {"gateway"}),
        ("ESPACE_ACTIVATION_PEPPER", {"accounts"}),
        ("ESPACE_HEALTH_KEY", {"accounts"}),
        ("ESPACE_DEBITS_KEY", {"billing"}),
        ("ESPACE_REQUESTS_KEY", {"documents"}),
        ("ESPACE_STRIPE_KEY", {"billing"}),
        ("ESPACE_STRIPE_WEBHOOK_SECRET", {"billing"}),
        ("ESPACE_S3_URL", {"accounts", "documents", "gateway"}),
    ],
)
def test_a_secret_is_given_to_whom_needs_it_only(secret: str, holders: set[str]) -> None:
    told = {name for name in (*SERVICES, "gateway") if secret in compose_environment(name, ADDRESSES)}
    assert told == holders


@pytest.mark.parametrize("service", SERVICES)
def test_a_relay_knows_its_database_its_broker_and_no_secret(service: str) -> None:
    assert set(compose_environment(service, ADDRESSES, relay=True)) == {
        "ESPACE_AMQP_URL",
        "ESPACE_DATABASE_URL",
        "ESPACE_CLOCK_FILE",
        "ESPACE_PUBLIC_URL",
    }


def test_the_process_of_letters_knows_the_broker_and_the_store_and_no_secret() -> None:
    assert compose_letters_environment(ADDRESSES) == {
        "ESPACE_AMQP_URL": "amqp://gateway",
        "ESPACE_S3_URL": "espace_s3_url",
    }


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_a_process_enters_under_its_own_name(service: str) -> None:
    environment = compose_environment(service, ADDRESSES)
    assert environment["ESPACE_AMQP_URL"] == f"amqp://{service}"
    assert environment["ESPACE_DATABASE_URL"] == f"postgresql://{service}"


def test_the_gateway_starts_last() -> None:
    assert list_processes(("gateway", "billing", "accounts")) == [
        "accounts",
        "accounts-relay",
        "billing",
        "billing-relay",
        "gateway",
        "gateway-letters",
    ]
