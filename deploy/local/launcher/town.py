"""`./espace up`: the whole system in the foreground, until Ctrl-C."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time

from deploy.local.launcher.install import say
from deploy.local.launcher.verbs import run_folder
from deploy.local.processes import GATEWAY
from deploy.local.rundir import PORT_BASE, AlreadyRunning, write_private
from deploy.local.stack import EVERYTHING, PARTS, Stack
from deploy.local.supervisor import PartFailed, show_on_terminal
from deploy.local.surroundings import ROOT

DEMONSTRATION = "deploy.local.demo"
EXTERNAL = (
    "ESPACE_AMQP_URL",
    "ESPACE_DATABASE_URL",
    "ESPACE_S3_URL",
    "ESPACE_SMTP_URL",
    "ESPACE_MAIL_FROM",
    "ESPACE_SMS_ADDRESS",
    "ESPACE_STRIPE_URL",
    "ESPACE_STRIPE_KEY",
    "ESPACE_STRIPE_WEBHOOK_SECRET",
    "ESPACE_PAYFIP_CLIENTS",
    "ESPACE_PAYFIP_MODE",
    "ESPACE_PAYFIP_MAIL",
    "ESPACE_PAYFIP_URL",
    "ESPACE_PAYFIP_PAGE_URL",
    "ESPACE_SEPA_CREDITORS",
    "ESPACE_PAYMENT_ORIGIN",
    "ESPACE_CLAMD_URL",
    "ESPACE_PUBLIC_URL",
    "ESPACE_BOUNCE_ADDRESS",
    "ESPACE_BOUNCES_URL",
    "ESPACE_API_PARTICULIER_URL",
    "ESPACE_API_PARTICULIER_TOKEN",
    "ESPACE_API_PARTICULIER_RECIPIENT",
    "ESPACE_FRANCECONNECT_URL",
    "ESPACE_FRANCECONNECT_CLIENT_ID",
    "ESPACE_FRANCECONNECT_CLIENT_SECRET",
)


def make_stack() -> Stack:
    """The stack of this checkout, as the environment asks for it."""
    return Stack(
        run_folder(),
        PARTS,
        EVERYTHING,
        port_base=int(os.environ.get("ESPACE_PORT_BASE") or PORT_BASE),
        durable=True,
        external=collect_external(),
        show=show_on_terminal,
        tell=say,
    )


def collect_external() -> dict[str, str]:
    """What the operator gives in place of embedded parts."""
    return {name: os.environ[name] for name in EXTERNAL if os.environ.get(name)}


def main(arguments: list[str]) -> int:
    stack = make_stack()
    wanted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: wanted.set())
    begun = time.monotonic()
    say("starting every part (Ctrl-C stops them all)")
    outcome = run_stoppable(stack, wanted, "--empty" not in arguments)
    if outcome == 0:
        say(f"all is running, {time.monotonic() - begun:.0f} s after the start\n{describe(stack)}")
        wanted.wait()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(130))
    say("stopping (once more Ctrl-C kills)")
    stack.stop()
    say("stopped")
    return 0 if wanted.is_set() else outcome


def run_stoppable(stack: Stack, wanted: threading.Event, with_demonstration: bool) -> int:
    """Start in a thread, so that Ctrl-C is heard at once while parts are still coming up."""
    failures: list[str] = []
    ended = threading.Event()

    def work() -> None:
        try:
            stack.start()
            if with_demonstration:
                load_demonstration(stack)
        except (PartFailed, AlreadyRunning, RuntimeError, OSError) as failure:
            failures.append(str(failure))
        finally:
            ended.set()

    threading.Thread(target=work, daemon=True).start()
    while not ended.wait(0.1):
        if wanted.is_set():
            return 1
    for failure in failures:
        print(f"espace: {failure}", file=sys.stderr, flush=True)
    return 1 if failures else 0


def load_demonstration(stack: Stack) -> None:
    """Load the demonstration town once; what it says is kept and shown again at each start."""
    sheet = stack.run_dir.path("demonstration.txt")
    if sheet.exists():
        return
    if importlib.util.find_spec(f"{DEMONSTRATION}.__main__") is None:
        say("there is no demonstration town in this checkout")
        return
    say("loading the demonstration town")
    done = subprocess.run(
        [sys.executable, "-m", DEMONSTRATION],
        cwd=ROOT,
        env={**stack.environment(GATEWAY), "ESPACE_RUN_DIR": str(stack.run_dir.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the demonstration town could not be loaded:\n{done.stdout}")
    write_private(sheet, done.stdout)


def describe(stack: Stack) -> str:
    """Where to go, once all runs."""
    sheet = stack.run_dir.root / "demonstration.txt"
    lines = [f"\n  the site            {stack.gateway_url}"]
    if stack.mail is not None:
        lines.append(f"  the mail it sends   {stack.mail.page_url}")
    if stack.stripe is not None:
        lines.append(f"  card payments       {stack.stripe.url}")
    lines.append(f"  logs and data       {stack.run_dir.root}")
    if sheet.exists():
        lines.append("\n" + sheet.read_text().rstrip())
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
