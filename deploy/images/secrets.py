"""Draws what docker compose's containers need to trust each other, once, into a volume: a folder for each.

    python -m deploy.images.secrets /secrets

A container mounts its own folder and sees no other. What a real town sets itself (card payments, outgoing mail,
the public address) is passed through from this container's environment. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from deploy.local.processes import (
    GATEWAY,
    LETTERS,
    SERVICES,
    Addresses,
    compose_environment,
    compose_letters_environment,
    draw_secrets,
)
from deploy.local.rundir import RunDir
from deploy.local.seaweed import ACCESS_KEY, ObjectStore, compose_identities
from deploy.rabbitmq.definitions import USERS, VHOST, compose_definitions

EVERYBODY = (*SERVICES, GATEWAY)
# Where the containers find each other, and what they say to the outside unless told otherwise.
GIVEN = {
    "ESPACE_PUBLIC_URL": "http://127.0.0.1:8600",
    "ESPACE_SMTP_URL": "smtp://mail:1025",
    "ESPACE_MAIL_FROM": "Espace Citoyens de Romans-sur-Isère <ne-pas-repondre@ville.example>",
    "ESPACE_BOUNCE_ADDRESS": "",
    "ESPACE_BOUNCES_URL": "",
    "ESPACE_SMS_ADDRESS": "",
    "ESPACE_STRIPE_URL": "http://stripe:8602",
    "ESPACE_PAYFIP_CLIENTS": "",
    "ESPACE_PAYFIP_MODE": "T",
    "ESPACE_PAYFIP_MAIL": "",
    "ESPACE_SEPA_CREDITORS": "",
    "ESPACE_PAYMENT_ORIGIN": "http://127.0.0.1:8602",
    "ESPACE_CLAMD_URL": "",
    "ESPACE_API_PARTICULIER_URL": "",
    "ESPACE_API_PARTICULIER_TOKEN": "",
    "ESPACE_API_PARTICULIER_RECIPIENT": "",
    "ESPACE_FRANCECONNECT_URL": "",
    "ESPACE_FRANCECONNECT_CLIENT_ID": "",
    "ESPACE_FRANCECONNECT_CLIENT_SECRET": "",
}


def collect_addresses(run_dir: RunDir, given: Mapping[str, str]) -> Addresses:
    """Where everything is, inside the network of containers."""
    common = {name: given.get(name) or usual for name, usual in GIVEN.items()}
    common["ESPACE_STRIPE_KEY"] = given.get("ESPACE_STRIPE_KEY") or f"sk_test_{run_dir.secret('stripe-key')}"
    common["ESPACE_STRIPE_WEBHOOK_SECRET"] = (
        given.get("ESPACE_STRIPE_WEBHOOK_SECRET") or f"whsec_{run_dir.secret('stripe-webhook')}"
    )
    common["ESPACE_S3_URL"] = f"http://{ACCESS_KEY}:{run_dir.secret('s3')}@seaweedfs:8333"
    return Addresses(
        amqp={
            name: f"amqp://{name}:{run_dir.secret(f'amqp-{name}')}@rabbitmq:5672/{quote(VHOST)}"
            for name in EVERYBODY
        },
        database={
            name: f"postgresql+psycopg2://{name}:{run_dir.secret(f'postgres-{name}')}@postgres:5432/{name}"
            for name in EVERYBODY
        },
        common=common | draw_secrets(run_dir),
    )


def write_folders(folder: Path, given: Mapping[str, str]) -> None:
    """Everything below `folder`; what was drawn before stays."""
    run_dir = RunDir(folder / "drawn")
    addresses = collect_addresses(run_dir, given)
    for service in EVERYBODY:
        write(folder / service / "environment", lines(compose_environment(service, addresses)))
    for service in SERVICES:
        told = compose_environment(service, addresses, relay=True)
        write(folder / f"{service}-relay" / "environment", lines(told))
    write(folder / LETTERS / "environment", lines(compose_letters_environment(addresses)))
    for service in EVERYBODY:
        told = {"ESPACE_DATABASE_URL": addresses.database[service]}
        write(folder / f"{service}-migrate" / "environment", lines(told))
    stripe = ("ESPACE_STRIPE_KEY", "ESPACE_STRIPE_WEBHOOK_SECRET")
    write(folder / "stripe" / "environment", lines({name: addresses.common[name] for name in stripe}))
    write(folder / "postgres" / "superuser", run_dir.secret("postgres"))
    for service in EVERYBODY:
        write(folder / "postgres" / service, run_dir.secret(f"postgres-{service}"))
    passwords = {user: run_dir.secret(f"amqp-{user}") for user in USERS}
    definitions = folder / "rabbitmq" / "definitions.json"
    if not definitions.exists():
        write(definitions, json.dumps(compose_definitions(passwords), indent=1))
    store = ObjectStore("seaweedfs", 8333, ACCESS_KEY, run_dir.secret("s3"))
    write(folder / "seaweedfs" / "s3.json", json.dumps(compose_identities(store)))
    # The neighbours: deploy/subscriber runs with this address from the host.
    write(
        folder / "subscriber" / "environment",
        lines(
            {"ESPACE_AMQP_URL": f"amqp://subscriber:{passwords['subscriber']}@127.0.0.1:8605/{quote(VHOST)}"}
        ),
    )
    write(folder / "administrator" / "rabbitmq", passwords["administrator"])
    write(folder / "grafana" / "password", run_dir.secret("grafana"))


def lines(variables: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in sorted(variables.items()))


def write(path: Path, text: str) -> None:
    """Readable by whatever account the image runs under: the wall is that only its container mounts the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o644)


if __name__ == "__main__":
    write_folders(Path(sys.argv[1]), os.environ)
