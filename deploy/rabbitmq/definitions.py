"""The broker's users, permissions, exchanges and policies, as the JSON RabbitMQ loads at start.

    ESPACE_BROKER_PASSWORDS='{"accounts": "…", …}' python3 -m deploy.rabbitmq.definitions > definitions.json

The embedded stack, the tests and docker compose all load what this module composes. Only the gateway may
write to `nameko-rpc`, so a service may trust what a call says of its caller; another municipal system owns
the queues named after it, may bind them to the facts and give orders by `espace.orders`, no more.
Standard library only: it also runs alone in a bare Python image.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Mapping
from typing import Any

VHOST = "espace"
SERVICES = ("accounts", "enrolment", "billing", "documents")
GATEWAY = "gateway"
SUBSCRIBER = "subscriber"
ADMINISTRATOR = "administrator"
USERS = (*SERVICES, GATEWAY, SUBSCRIBER, ADMINISTRATOR)
NOTHING = "^$"
ANYTHING = ".*"

# A question nobody has answered in this time has no one waiting any more (the gateway gives up sooner).
RPC_QUEUE_TTL_MS = 20_000
# A neighbour system that stops reading must not fill the broker's disk.
SUBSCRIBER_QUEUE_TTL_MS = 30 * 24 * 3600 * 1000
SUBSCRIBER_QUEUE_LENGTH = 500_000


def compose_definitions(passwords: Mapping[str, str], vhost: str = VHOST) -> dict[str, Any]:
    """The whole document; `passwords` by user name, only those users are made."""
    return {
        "users": [
            {
                "name": user,
                "password_hash": hash_password(passwords[user]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "administrator" if user == ADMINISTRATOR else "",
            }
            for user in USERS
            if user in passwords
        ],
        **compose_vhost(vhost, [user for user in USERS if user in passwords]),
    }


def compose_vhost(vhost: str, users: list[str]) -> dict[str, Any]:
    """What one virtual host holds, for users that exist already."""
    return {
        "vhosts": [{"name": vhost}],
        "permissions": [{"user": user, "vhost": vhost, **permit(user)} for user in users],
        "exchanges": [
            _topic(vhost, "nameko-rpc"),
            _topic(vhost, "espace.events"),
            _topic(vhost, "espace.orders"),
        ],
        "policies": [
            _policy(vhost, "forgotten-questions", "^rpc-", {"message-ttl": RPC_QUEUE_TTL_MS}),
            _policy(
                vhost,
                "neighbours",
                f"^{SUBSCRIBER}\\.",
                {"message-ttl": SUBSCRIBER_QUEUE_TTL_MS, "max-length": SUBSCRIBER_QUEUE_LENGTH},
            ),
        ],
    }


def permit(user: str) -> dict[str, str]:
    """The three patterns (configure, write, read) of a user."""
    if user == ADMINISTRATOR:
        return {"configure": ANYTHING, "write": ANYTHING, "read": ANYTHING}
    if user == GATEWAY:
        return {"configure": NOTHING, "write": "^nameko-rpc$", "read": NOTHING}
    own = rf"rpc-{re.escape(user)}|{re.escape(user)}\..+"
    if user in SERVICES:
        # Declaring an exchange that exists asks for `configure`; binding to it asks for `read`.
        shared = r"nameko-rpc|espace\..+"
        return {
            "configure": f"^({shared}|{own})$",
            "write": f"^(amq\\.default|espace\\..+|{own})$",
            "read": f"^({shared}|{own})$",
        }
    queues = rf"{re.escape(user)}\..+"
    # What it may order, and of whom, is the service's to judge: the broker vouches for the sender's name.
    return {
        "configure": f"^{queues}$",
        "write": rf"^({queues}|espace\.orders)$",
        "read": rf"^({queues}|espace\.events)$",
    }


def hash_password(password: str) -> str:
    """RabbitMQ's salted form: base64(salt, SHA-256(salt, password)), four bytes of salt."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _topic(vhost: str, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "type": "topic",
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _policy(vhost: str, name: str, pattern: str, definition: Mapping[str, int]) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "name": name,
        "pattern": pattern,
        "apply-to": "queues",
        "definition": dict(definition),
        "priority": 0,
    }


if __name__ == "__main__":
    json.dump(compose_definitions(json.loads(os.environ["ESPACE_BROKER_PASSWORDS"])), sys.stdout, indent=1)
