"""`./espace bench NAME`: a measurement of tests/load on a broker and a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from deploy.local.launcher.install import say
from deploy.local.postgres import make_service
from deploy.local.stack import Stack
from deploy.local.surroundings import ROOT, inherit_environment

SUBJECT = "echo"


def main(arguments: list[str]) -> int:
    known = sorted(
        path.stem for path in (ROOT / "tests" / "load").glob("*.py") if "if __name__" in path.read_text()
    )
    if not arguments or arguments[0] not in known:
        print(f"usage: ./espace bench {' | '.join(known)}", file=sys.stderr)
        return 2
    given = {name: os.environ.get(name, "") for name in ("ESPACE_AMQP_URL", "ESPACE_DATABASE_URL")}
    if all(given.values()):
        return measure(arguments, given)
    with tempfile.TemporaryDirectory(prefix="espace-bench-", ignore_cleanup_errors=True) as folder:
        say("starting a private broker and database")
        stack = Stack(folder, ("postgres", "rabbitmq"), durable=True)
        stack.start()
        try:
            return measure(
                arguments,
                {
                    "ESPACE_AMQP_URL": stack.broker.url("administrator"),
                    "ESPACE_DATABASE_URL": make_service(stack.server, SUBJECT, stack.run_dir.secret(SUBJECT)),
                },
            )
        finally:
            stack.stop(at_once=True)


def measure(arguments: list[str], addresses: dict[str, str]) -> int:
    """Run the measurement with the echo service's database migrated."""
    environment = inherit_environment()
    environment |= addresses
    environment["PYTHONPATH"] = os.pathsep.join([environment["PYTHONPATH"], str(ROOT / "tests")])
    migration = [sys.executable, "-m", "chassis", "migrate", SUBJECT]
    subprocess.run(migration, cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-m", f"tests.load.{arguments[0]}", *arguments[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
