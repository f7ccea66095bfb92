"""Fresh migrated databases: each service is migrated once a run, into a template that is then cloned."""

import itertools
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.postgres import Server, make_service, run_sql
from deploy.local.surroundings import ROOT, inherit_environment

PATIENCE = 120.0
IN_USE = "is being accessed by other users"
STILL_THERE = (
    "SELECT string_agg(concat_ws(' ', backend_type, pid, usename, state, left(query, 200)), E'\\n')"
    " FROM pg_stat_activity WHERE datname = '{}'"
)


class Databases:
    """Gives databases of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._passwords: dict[str, str] = {}
        self._numbers = itertools.count(1)

    @contextmanager
    def fresh(self, service: str) -> Iterator[str]:
        """A new migrated database of a service; gives the service's own address. Dropped at the end."""
        self._make_template(service)
        name = f"{service}_{next(self._numbers)}"
        self._once_left(service, f'CREATE DATABASE "{name}" TEMPLATE "{service}" OWNER "{service}"')
        run_sql(self.server, f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        try:
            yield self.server.url(name, service, self._passwords[service])
        finally:
            self._once_left(name, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _make_template(self, service: str) -> None:
        if service in self._passwords:
            return
        password = secrets.token_hex(16)
        migrate(service, make_service(self.server, service, password))
        self._passwords[service] = password

    def _once_left(self, database: str, statement: str) -> None:
        """Run a statement that needs a database without sessions.

        PostgreSQL waits five seconds for the last process to be gone; on a loaded machine one that was told to go may
        need longer, and it is waited for. Raises RuntimeError with PostgreSQL's words and who is there still.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                run_sql(self.server, statement)
            except RuntimeError as refusal:
                if IN_USE not in str(refusal):
                    raise
                if time.monotonic() > deadline:
                    there = run_sql(self.server, STILL_THERE.format(database))
                    raise RuntimeError(
                        f"{refusal}\nafter {PATIENCE:g} s, in {database}:\n{there}"
                    ) from refusal
            else:
                return


def migrate(service: str, url: str) -> None:
    """Run the service's migrations as its own process does. Raises RuntimeError with its words."""
    done = subprocess.run(
        [sys.executable, "-m", "chassis", "migrate", service],
        env={
            **inherit_environment(),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "ESPACE_DATABASE_URL": url,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"migration of {service}:\n{done.stdout}{done.stderr}")
