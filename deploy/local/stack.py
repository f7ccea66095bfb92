"""Parts and processes put together.

    with Stack(folder, parts=("postgres", "rabbitmq")) as stack:       # parts only, on free ports
        stack.make_database("billing"); stack.broker.url("billing")

    with Stack(folder, services=EVERYTHING) as stack:                  # the whole system
        stack.gateway_url; stack.supervisor.kill("billing")

A part whose address is given in `external` (the ESPACE_…_URL variables) is used instead of the embedded one.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from deploy.local.mail.part import MailCatcher
from deploy.local.payfip import Payfip
from deploy.local.postgres import Postgres, Server, make_service
from deploy.local.processes import (
    GATEWAY,
    LETTERS,
    MAIL_FROM,
    PAYFIP_CLIENTS,
    SEPA_CREDITORS,
    SERVICES,
    Addresses,
    compose_environment,
    compose_migration,
    compose_program,
    draw_secrets,
    empty_counters,
    list_processes,
)
from deploy.local.program import Program
from deploy.local.rabbitmq import Broker, RabbitMQ
from deploy.local.rundir import RunDir, is_free
from deploy.local.seaweed import ObjectStore, Seaweed
from deploy.local.stripe import StripeDouble
from deploy.local.supervisor import PartFailed, Show, Supervisor
from deploy.local.surroundings import ROOT, inherit_environment

PARTS = ("postgres", "rabbitmq", "seaweedfs", "mail", "stripe", "payfip")
CARD_ORIGIN = "https://checkout.stripe.com"
"""Where cards are paid when the provider is the real one."""
EVERYTHING = (*SERVICES, GATEWAY)
# Which address given by the operator stands for which part.
VARIABLES = {
    "ESPACE_DATABASE_URL": "postgres",
    "ESPACE_AMQP_URL": "rabbitmq",
    "ESPACE_S3_URL": "seaweedfs",
    "ESPACE_SMTP_URL": "mail",
    "ESPACE_STRIPE_URL": "stripe",
    "ESPACE_PAYFIP_URL": "payfip",
}


class Part(Protocol):
    """What the stack asks of each part."""

    name: str

    def prepare(self) -> None:
        """Write configuration, make what must exist before the first start."""

    def programs(self) -> list[Program]:
        """What to keep running."""


class Stack:
    """See the module. `port_base=None` picks free ports; `durable=False` gives up surviving a power cut."""

    def __init__(
        self,
        folder: Path | str,
        parts: Collection[str] = PARTS,
        services: Collection[str] = (),
        *,
        port_base: int | None = None,
        durable: bool = False,
        external: Mapping[str, str] | None = None,
        show: Show | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.run_dir = RunDir(folder, port_base)
        self.supervisor = Supervisor(self.run_dir.directory("logs"), show)
        self.services = tuple(name for name in EVERYTHING if name in services)
        self.clock_file = self.run_dir.path("clock.json")
        self._external = dict(external or {})
        self._tell = tell or (lambda _line: None)
        self._durable = durable
        given = {VARIABLES[name] for name in self._external if name in VARIABLES}
        wanted = [name for name in PARTS if name in parts and name not in given]
        self._embedded: dict[str, Part] = {name: self._embed(name) for name in wanted}

    def _embed(self, name: str) -> Part:
        makers: dict[str, Callable[[], Part]] = {
            "postgres": lambda: Postgres(self.run_dir, self._durable),
            "rabbitmq": lambda: RabbitMQ(self.run_dir),
            "seaweedfs": lambda: Seaweed(self.run_dir),
            "mail": lambda: MailCatcher(self.run_dir),
            "stripe": lambda: StripeDouble(self.run_dir),
            "payfip": lambda: Payfip(self.run_dir),
        }
        return makers[name]()

    # What runs where

    @property
    def server(self) -> Server:
        """The PostgreSQL server, as its superuser sees it."""
        part = self._embedded.get("postgres")
        if isinstance(part, Postgres):
            return part.server
        return parse_server(self._external["ESPACE_DATABASE_URL"])

    @property
    def broker(self) -> Broker:
        """The embedded broker. Raises LookupError when it is somebody else's."""
        part = self._embedded.get("rabbitmq")
        if not isinstance(part, RabbitMQ):
            raise LookupError("this stack has no broker of its own")
        return part.broker

    @property
    def store(self) -> ObjectStore:
        """The embedded object store. Raises LookupError when it is somebody else's."""
        part = self._embedded.get("seaweedfs")
        if not isinstance(part, Seaweed):
            raise LookupError("this stack has no object store of its own")
        return part.store

    @property
    def mail(self) -> MailCatcher | None:
        part = self._embedded.get("mail")
        return part if isinstance(part, MailCatcher) else None

    @property
    def stripe(self) -> StripeDouble | None:
        part = self._embedded.get("stripe")
        return part if isinstance(part, StripeDouble) else None

    @property
    def payfip(self) -> Payfip | None:
        part = self._embedded.get("payfip")
        return part if isinstance(part, Payfip) else None

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.run_dir.port(GATEWAY)}"

    def amqp_url(self, user: str) -> str:
        return self._external.get("ESPACE_AMQP_URL") or self.broker.url(user)

    def database_url(self, service: str) -> str:
        """A service's own address, which holds its password."""
        return self.server.url(service, service, self.run_dir.secret(f"postgres-{service}"))

    def make_database(self, service: str) -> str:
        """Create or renew a service's role and database; returns its address."""
        return make_service(self.server, service, self.run_dir.secret(f"postgres-{service}"))

    def metrics_url(self, process: str) -> str:
        """Where a process answers /metrics and /health/…"""
        listener = "gateway-metrics" if process == GATEWAY else process
        return f"http://127.0.0.1:{self.run_dir.port(listener)}"

    def addresses(self) -> Addresses:
        """Everything the processes may need to know."""
        common = {
            "ESPACE_CLOCK_FILE": str(self.clock_file),
            "ESPACE_PUBLIC_URL": self._external.get("ESPACE_PUBLIC_URL", self.gateway_url),
            "ESPACE_MAIL_FROM": self._external.get("ESPACE_MAIL_FROM", MAIL_FROM),
            "ESPACE_SEPA_CREDITORS": SEPA_CREDITORS,
            **draw_secrets(self.run_dir),
        }
        if "seaweedfs" in self._embedded:
            common["ESPACE_S3_URL"] = self.store.url
        if self.mail is not None:
            common |= {
                "ESPACE_SMTP_URL": self.mail.url,
                "ESPACE_BOUNCE_ADDRESS": self.mail.bounce_address,
                "ESPACE_BOUNCES_URL": self.mail.bounces_url,
            }
            common["ESPACE_SMS_ADDRESS"] = "{number}@sms.exemple.test"
        if self.stripe is not None:
            common |= {
                "ESPACE_STRIPE_URL": self.stripe.url,
                "ESPACE_STRIPE_KEY": self.stripe.key,
                "ESPACE_STRIPE_WEBHOOK_SECRET": self.stripe.webhook_secret,
                "ESPACE_PAYMENT_ORIGIN": self.stripe.url,
            }
        if self.payfip is not None:
            common |= {
                "ESPACE_PAYFIP_CLIENTS": PAYFIP_CLIENTS,
                "ESPACE_PAYFIP_MAIL": "regie-loisirs@ville.example",
                "ESPACE_PAYFIP_URL": self.payfip.service_url,
                "ESPACE_PAYFIP_PAGE_URL": self.payfip.page_url,
            }
            origins = common.get("ESPACE_PAYMENT_ORIGIN", CARD_ORIGIN), self.payfip.url
            common["ESPACE_PAYMENT_ORIGIN"] = " ".join(origins)
        own = ("ESPACE_AMQP_URL", "ESPACE_DATABASE_URL")
        common |= {name: value for name, value in self._external.items() if name not in own}
        return Addresses(
            amqp={name: self.amqp_url(name) for name in self.services},
            database={name: self.database_url(name) for name in self.services},
            common=common,
        )

    def environment(self, service: str) -> dict[str, str]:
        """What a process of that service is told: enough to run a command in its place."""
        return {**inherit_environment(), **compose_environment(service, self.addresses())}

    # Life

    def start(self) -> None:
        """Start everything and return once all of it is ready. Raises PartFailed, AlreadyRunning."""
        self.run_dir.lock()
        try:
            self._start_parts()
            if self.services:
                self._start_services()
        except BaseException:
            self.stop()
            raise

    def _start_parts(self) -> None:
        for part in self._embedded.values():
            try:
                part.prepare()
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                raise PartFailed(f"{part.name} cannot be prepared: {error}") from error
        self._refuse_taken_ports()
        names = {part.name: [program.name for program in part.programs()] for part in self._embedded.values()}
        for part in self._embedded.values():
            for program in part.programs():
                self.supervisor.start(program)
        for part_name, programs in names.items():
            self.supervisor.await_ready(*programs)
            self._tell(f"{part_name} is ready")

    def _refuse_taken_ports(self) -> None:
        for name in (*self._embedded, *list_processes(self.services)):
            listener = {"rabbitmq": "amqp", "seaweedfs": "s3"}.get(name, name)
            if listener != "postgres" and not is_free(self.run_dir.port(listener)):
                raise PartFailed(
                    f"{name} needs port {self.run_dir.port(listener)}, which another program holds; "
                    "ESPACE_PORT_BASE moves all ports of the stack"
                )

    def _start_services(self) -> None:
        self.migrate(self.services)
        self._tell("databases are up to date")
        empty_counters(self.run_dir)
        addresses = self.addresses()
        processes = list_processes(self.services)
        for process in processes:
            self.supervisor.start(compose_program(process, addresses, self.run_dir))
        for process in processes:
            self.supervisor.await_ready(process)
            self._tell(f"{process} is ready")

    def migrate(self, services: Collection[str]) -> None:
        """Make the services' databases and bring them up to date, side by side.

        Raises PartFailed with the words of the first that fails.
        """
        running = {
            service: subprocess.Popen(
                compose_migration(service),
                env={**inherit_environment(), "ESPACE_DATABASE_URL": self.make_database(service)},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for service in services
        }
        said = {service: process.communicate()[0] for service, process in running.items()}
        for service, process in running.items():
            if process.returncode:
                raise PartFailed(f"the migration of {service} failed:\n{said[service].strip()}")

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the gateway, then services and relays, then the parts. `at_once` when the data is thrown away."""
        running = list(self.supervisor.names())
        workers = [name for name in running if name in list_processes(SERVICES)]
        first = [name for name in running if name in (GATEWAY, LETTERS)]
        last = [name for name in running if name not in (*first, *workers)]
        for names in (first, workers, last):
            if names:
                self.supervisor.stop(*names, at_once=at_once)
        self.run_dir.unlock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def parse_server(url: str) -> Server:
    """A superuser's address (`postgresql://user:password@host:port/…`) as a Server."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return Server(
        host=query.get("host", [parts.hostname or "127.0.0.1"])[0],
        port=int(query.get("port", [str(parts.port or 5432)])[0]),
        user=unquote(parts.username or "postgres"),
        password=unquote(parts.password or ""),
    )
