"""What ./espace does, a function a verb. A docstring is the verb's help: first line in the list, all by `help VERB`.

Standard library only: verbs that need more hand over to a module under the virtual environment's Python.
"""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.launcher.install import (
    PYTHON,
    ROOT,
    Missing,
    build_assets,
    install_broker,
    install_browser,
    install_python,
    say,
)

Verb = Callable[[list[str]], int]
BENCHES = ("rpc", "relay", "signin", "rush", "pages", "invoices", "vault")


def up(arguments: list[str]) -> int:
    """Start the whole system here, in the foreground; Ctrl-C stops it.

    The first start installs what is missing and loads the demonstration town; later ones find their data again.
    Any part given by its address is used instead of the embedded one: ESPACE_AMQP_URL, ESPACE_DATABASE_URL (a
    superuser's), ESPACE_S3_URL, ESPACE_SMTP_URL, ESPACE_STRIPE_URL (with ESPACE_STRIPE_KEY and
    ESPACE_STRIPE_WEBHOOK_SECRET). ESPACE_PORT_BASE moves the ports (8600 to 8629), ESPACE_RUN_DIR the data (.run).
      --empty    do not load the demonstration town
    """
    install_python()
    if not os.environ.get("ESPACE_AMQP_URL"):
        install_broker()
    build_assets()
    return become("deploy.local.launcher.town", *arguments)


def test(arguments: list[str]) -> int:
    """Run all tests, or those named: ./espace test tests/unit -k deadline.

    Everything runs for real: services, broker, database, object store, browser.
    """
    install_python()
    install_broker()
    install_browser()
    build_assets()
    return call(["-m", "pytest", *arguments])


def check(_arguments: list[str]) -> int:
    """Style, types, walls between packages, unit tests: what must hold before every commit.

    Runs all of them even when one fails, and says which did. Types are checked beside the others.
    """
    install_python()
    build_assets()
    steps = {
        "ruff": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "walls": [str(PYTHON.parent / "lint-imports")],
        "unit tests": ["-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", "tests/unit"],
    }
    begun = time.monotonic()
    types = begin(["-m", "mypy", "services"])
    failed = [name for name, words in steps.items() if not say_outcome(name, *timed(words))]
    print(types.communicate()[0], end="")
    if not say_outcome("types", types.returncode, time.monotonic() - begun):
        failed.append("types")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def reset(_arguments: list[str]) -> int:
    """Throw away the data of the embedded stack: databases, files, mails, secrets.

    The next `up` starts from nothing and loads the demonstration town again.
    """
    folder = run_folder()
    if not folder.exists():
        say(f"{folder} holds nothing")
        return 0
    if is_held(folder):
        raise Missing(f"a stack runs in {folder}: stop it first (Ctrl-C where it was started)")
    shutil.rmtree(folder)
    say(f"{folder} is empty again")
    return 0


def clock(arguments: list[str]) -> int:
    """Show or move the town's time, for every process at once: clock [MOMENT | +7d | -2h | real].

    MOMENT is ISO 8601, Paris time unless it says otherwise: 2027-03-01T08:00. Steps add up; `real` ends it.
    """
    install_python()
    return call(["-m", "deploy.local.launcher.clock", *arguments])


def code(arguments: list[str]) -> int:
    """Show the six digits that the demonstration's agents are asked for now: code [ADDRESS …].

    Each code serves once and lives thirty seconds; the next one counts too. With an address, that agent's alone.
    """
    install_python()
    return call(["-m", "deploy.local.launcher.code", *arguments])


def bench(arguments: list[str]) -> int:
    """Measure, on a private broker and database: bench rpc, relay, signin, rush, pages, invoices, vault.

    Each ends with one line of ratios. See tests/load/.
    """
    if not arguments or arguments[0] not in BENCHES:
        raise Missing(f"usage: ./espace bench {' | '.join(BENCHES)}")
    install_python()
    install_broker()
    return call(["-m", f"tests.load.{arguments[0]}", *arguments[1:]])


def lock(arguments: list[str]) -> int:
    """Write requirements/*.txt anew from pyproject.toml: exact versions, hashes, no address.

    One file for each process image, and dev.txt for everything. Versions stay as they are unless pyproject.toml
    forbids them.
      --upgrade    take the newest that pyproject.toml allows
    """
    install_python()
    return call(["-m", "deploy.local.launcher.locks", *arguments])


def docs(_arguments: list[str]) -> int:
    """Write docs/events.md and docs/schemas/ anew from the code."""
    install_python()
    return call(["-W", "ignore", "-m", "deploy.local.launcher.docs"])


def assets(_arguments: list[str]) -> int:
    """Build the site's style sheets, typeface and script again."""
    install_python()
    build_assets(again=True)
    return 0


def migrate(arguments: list[str]) -> int:
    """Bring the databases up to date without starting the services: migrate [SERVICE …]."""
    install_python()
    return call(["-m", "deploy.local.launcher.migrate", *arguments])


def show_help(arguments: list[str]) -> int:
    """List the verbs, or explain one: help VERB."""
    if arguments:
        print(inspect.getdoc(find_verb(arguments[0])))
        return 0
    print("usage: ./espace VERB …\n")
    for name, verb in VERBS.items():
        print(f"  {name:<8} {(inspect.getdoc(verb) or '').splitlines()[0]}")
    print("\n./espace help VERB says more.")
    return 0


VERBS: dict[str, Verb] = {
    "up": up,
    "test": test,
    "check": check,
    "reset": reset,
    "clock": clock,
    "code": code,
    "bench": bench,
    "lock": lock,
    "docs": docs,
    "assets": assets,
    "migrate": migrate,
    "help": show_help,
}


def find_verb(name: str) -> Verb:
    """Raises Missing when there is no such verb."""
    if name not in VERBS:
        raise Missing(f"there is no verb {name}; ./espace help lists them")
    return VERBS[name]


def main(words: Sequence[str]) -> int:
    """Run one verb; what only a person can mend is said in one plain message."""
    if not words or words[0] in ("-h", "--help"):
        return show_help([])
    try:
        return find_verb(words[0])(list(words[1:]))
    except Missing as missing:
        print(f"espace: {missing}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run_folder() -> Path:
    """The directory of the stack of `up`."""
    return Path(os.environ.get("ESPACE_RUN_DIR") or ROOT / ".run").resolve()


def is_held(folder: Path) -> bool:
    """True when a stack runs in the folder."""
    from deploy.local.rundir import AlreadyRunning, RunDir

    run_dir = RunDir(folder)
    try:
        run_dir.lock()
    except AlreadyRunning:
        return True
    run_dir.unlock()
    return False


def python_environment() -> dict[str, str]:
    """Our own packages first in the path; the virtual environment's programs first in PATH."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "services"), str(ROOT)]),
        "PATH": os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", "/usr/bin:/bin")]),
    }


def call(words: Sequence[str]) -> int:
    """Run the virtual environment's Python to its end; returns its status."""
    return subprocess.run([str(PYTHON), *words], cwd=ROOT, env=python_environment(), check=False).returncode


def begin(words: Sequence[str]) -> subprocess.Popen[str]:
    """Start the virtual environment's Python beside what comes next; what it says is kept for the end."""
    return subprocess.Popen(
        [str(PYTHON), *words],
        cwd=ROOT,
        env=python_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def timed(words: Sequence[str]) -> tuple[int, float]:
    """As `call`; also how many seconds it took."""
    begun = time.monotonic()
    return call(words), time.monotonic() - begun


def say_outcome(step: str, status: int, seconds: float) -> bool:
    """Say how a step of `check` ended; True when it is good."""
    say(f"{step}: {'FAILED' if status else 'good'} ({seconds:.1f} s)")
    return not status


def become(module: str, *arguments: str) -> int:
    """Give this process over to a module under the virtual environment's Python."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "-m", module, *arguments], python_environment())
