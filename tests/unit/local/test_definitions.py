"""Who may do what on the broker."""

import base64
import hashlib
import re

import pytest

from deploy.rabbitmq.definitions import SERVICES, USERS, compose_definitions, hash_password, permit


def may(user: str, verb: str, resource: str) -> bool:
    return re.search(permit(user)[verb], resource) is not None


def test_a_password_is_salted_as_the_broker_expects() -> None:
    stored = base64.b64decode(hash_password("clé"))
    assert stored[4:] == hashlib.sha256(stored[:4] + "clé".encode()).digest()
    assert hash_password("clé") != hash_password("clé")


@pytest.mark.parametrize("user", [*SERVICES, "subscriber"])
def test_nobody_but_the_gateway_asks(user: str) -> None:
    assert not may(user, "write", "nameko-rpc")
    assert may("gateway", "write", "nameko-rpc")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("verb", ["configure", "read"])
def test_a_service_has_its_own_queues(service: str, verb: str) -> None:
    assert may(service, verb, f"rpc-{service}")
    assert may(service, verb, f"{service}.events.retry.1")
    for other in set(SERVICES) - {service}:
        assert not may(service, verb, f"rpc-{other}")
        assert not may(service, verb, f"{other}.events")


def test_a_neighbour_reads_facts_and_keeps_to_its_own_queues() -> None:
    assert may("subscriber", "read", "espace.events")
    assert may("subscriber", "configure", "subscriber.kitchen")
    for resource in ("espace.events", "amq.default", "nameko-rpc", "billing.events", "espace.audit"):
        assert not may("subscriber", "write", resource)
        assert not may("subscriber", "configure", resource)
    assert not may("subscriber", "read", "espace.audit")


def test_only_users_with_a_password_are_made() -> None:
    made = compose_definitions({"gateway": "a", "billing": "b"})
    assert [user["name"] for user in made["users"]] == ["billing", "gateway"]
    assert {permission["user"] for permission in made["permissions"]} == {"billing", "gateway"}
    assert all("password" not in user for user in compose_definitions(dict.fromkeys(USERS, "x"))["users"])
