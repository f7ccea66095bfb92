"""The system's own processes and what each is told: the services, their relays, the gateway and its letters.

A process gets its own broker user, its own database role, and only the secrets it has a use for.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.probes import answers
from deploy.local.program import Program
from deploy.local.rundir import RunDir, draw_x25519_key
from deploy.local.surroundings import ROOT, inherit_environment

SERVICES = ("accounts", "enrolment", "billing", "documents")
GATEWAY = "gateway"
LETTERS = "gateway-letters"
"""The gateway's process that puts decision letters into vaults."""
MAIL_FROM = "Espace Citoyens de Romans-sur-Isère <ne-pas-repondre@ville.example>"
SEPA_CREDITORS = "ENF=FR72ZZZ123456,FR7630001007941234567890185,BDFEFRPPCCT"
"""A made-up creditor and the specimen account of a French bank: nothing is ever sent to one."""
PAYFIP_CLIENTS = "LOI=012345"
"""The demonstration's second fund, paid at the double of the Treasury's service."""

EVERYBODY = ("ESPACE_CLOCK_FILE", "ESPACE_PUBLIC_URL")
# What a process needs beside its own broker user and its own database.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "accounts": (
        "ESPACE_S3_URL",
        "ESPACE_SMTP_URL",
        "ESPACE_MAIL_FROM",
        "ESPACE_BOUNCE_ADDRESS",
        "ESPACE_BOUNCES_URL",
        "ESPACE_SMS_ADDRESS",
        "ESPACE_ACTIVATION_PEPPER",
        "ESPACE_HEALTH_KEY",
        "ESPACE_SECOND_FACTOR_KEY",
        "ESPACE_API_PARTICULIER_URL",
        "ESPACE_API_PARTICULIER_TOKEN",
        "ESPACE_API_PARTICULIER_RECIPIENT",
    ),
    "enrolment": (),
    "billing": (
        "ESPACE_STRIPE_URL",
        "ESPACE_STRIPE_KEY",
        "ESPACE_STRIPE_WEBHOOK_SECRET",
        "ESPACE_PAYFIP_CLIENTS",
        "ESPACE_PAYFIP_MODE",
        "ESPACE_PAYFIP_MAIL",
        "ESPACE_PAYFIP_URL",
        "ESPACE_PAYFIP_PAGE_URL",
        "ESPACE_SEPA_CREDITORS",
        "ESPACE_DEBITS_KEY",
    ),
    "documents": ("ESPACE_S3_URL", "ESPACE_REQUESTS_KEY"),
    "gateway": (
        "ESPACE_S3_URL",
        "ESPACE_SECRET_KEY",
        "ESPACE_PAYMENT_ORIGIN",
        "ESPACE_CLAMD_URL",
        "ESPACE_FRANCECONNECT_URL",
        "ESPACE_FRANCECONNECT_CLIENT_ID",
        "ESPACE_FRANCECONNECT_CLIENT_SECRET",
        "ESPACE_FRANCECONNECT_SCOPE",
    ),
}
SECRETS: Mapping[str, Callable[[], str]] = {
    "ESPACE_ACTIVATION_PEPPER": secrets.token_hex,
    "ESPACE_DEBITS_KEY": secrets.token_hex,
    "ESPACE_HEALTH_KEY": secrets.token_hex,
    "ESPACE_SECRET_KEY": secrets.token_hex,
    "ESPACE_REQUESTS_KEY": draw_x25519_key,
    "ESPACE_SECOND_FACTOR_KEY": secrets.token_hex,
}
"""The system's own secrets, and how each is drawn."""


@dataclass(frozen=True)
class Addresses:
    """Where everything is. `amqp` and `database` by service; `common` by variable name."""

    amqp: Mapping[str, str]
    database: Mapping[str, str]
    common: Mapping[str, str]


def draw_secrets(run_dir: RunDir) -> dict[str, str]:
    """Drawn at first start and kept."""
    return {name: run_dir.secret(name, draw) for name, draw in SECRETS.items()}


def compose_environment(service: str, addresses: Addresses, relay: bool = False) -> dict[str, str]:
    """The ESPACE_ variables of a service's process (of its relay: the broker and the database, no more)."""
    wanted = EVERYBODY if relay else (*EVERYBODY, *NEEDS[service])
    return {
        "ESPACE_AMQP_URL": addresses.amqp[service],
        "ESPACE_DATABASE_URL": addresses.database[service],
        **{name: addresses.common[name] for name in wanted if name in addresses.common},
    }


def compose_letters_environment(addresses: Addresses) -> dict[str, str]:
    """The ESPACE_ variables of the process of letters: it enters as the gateway, without its database and secrets."""
    return {
        "ESPACE_AMQP_URL": addresses.amqp[GATEWAY],
        **{name: addresses.common[name] for name in ("ESPACE_S3_URL",) if name in addresses.common},
    }


def compose_migration(service: str) -> tuple[str, ...]:
    """The command that brings a service's database up to date."""
    return (sys.executable, "-m", "chassis", "migrate", service)


def compose_program(process: str, addresses: Addresses, run_dir: RunDir) -> Program:
    """A process by its name: `billing`, `billing-relay`, `gateway` or `gateway-letters`."""
    if process == GATEWAY:
        return _compose_gateway(addresses, run_dir)
    port = run_dir.port(process)
    if process == LETTERS:
        return _compose(process, ("-m", "gateway.letters"), compose_letters_environment(addresses), port)
    service = process.removesuffix("-relay")
    relay = process != service
    command = ("-m", "chassis", "relay" if relay else "serve", service)
    return _compose(process, command, compose_environment(service, addresses, relay), port)


def _compose(process: str, command: tuple[str, ...], told: Mapping[str, str], port: int) -> Program:
    return Program(
        name=process,
        argv=(sys.executable, *command),
        ready=lambda: answers(port, "/health/ready"),
        env={**inherit_environment(), **told, "ESPACE_METRICS_PORT": str(port)},
        cwd=ROOT,
    )


def _compose_gateway(addresses: Addresses, run_dir: RunDir) -> Program:
    metrics_port = run_dir.port("gateway-metrics")
    counters = run_dir.root / "gateway" / "metrics"
    return Program(
        name=GATEWAY,
        argv=(
            str(Path(sys.executable).parent / "gunicorn"),
            "--no-control-socket",  # it would be one file for every gateway of the machine
            f"--config={ROOT / 'services' / 'gateway' / 'gunicorn_config.py'}",
            "gateway.app:create_app()",
        ),
        ready=lambda: answers(metrics_port, "/health/ready"),
        env={
            **inherit_environment(),
            **compose_environment(GATEWAY, addresses),
            "ESPACE_BIND": f"127.0.0.1:{run_dir.port(GATEWAY)}",
            "ESPACE_METRICS_PORT": str(metrics_port),
            "PROMETHEUS_MULTIPROC_DIR": str(counters),
        },
        cwd=ROOT,
    )


def empty_counters(run_dir: RunDir) -> None:
    """Forget the counts of the gateway's former workers; must precede its start."""
    counters = run_dir.root / "gateway" / "metrics"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(parents=True)


def list_processes(services: tuple[str, ...]) -> list[str]:
    """Process names, in the order they are started."""
    names = [name for service in SERVICES if service in services for name in (service, f"{service}-relay")]
    return [*names, GATEWAY, LETTERS] if GATEWAY in services else names
