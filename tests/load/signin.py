"""Sign-ins per second beside the bare cost of their passwords, and the family page beside a page of one question.

limit_ratio   sign-ins per second through broker, service and database / Argon2id verifications per second of one bare
              process per core: the most that this machine could do if nothing else cost anything
family_ratio  « Ma famille » per second / a page of the same frame whose one question does nothing, both signed in

Both in turns, pair by pair: a machine that slows down for a while slows both sides of a pair.
"""

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from uuid import uuid4

from chassis.client import Services
from contracts.accounts.identity import OpenAccount, SignIn
from contracts.caller import SYSTEM, Caller
from deploy.local.rundir import find_free_port
from tests.load.bare_argon2 import PASSWORD
from tests.load.family_site import COOKIE, fill
from tests.load.processes import ROOT, running
from tests.load.rpc import answers_http
from tests.load.stack import BenchStack, bench_stack

CORES = len(os.sched_getaffinity(0))
ROUNDS, SECONDS, ACCOUNTS = 7, 4.0, 24
CALLERS = 4 * CORES
PAGE_ROUNDS, PAGE_SECONDS, VISITORS = 8, 2.0, 4


def bare_rate() -> float:
    """Verifications per second, one process per core."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "services"), str(ROOT)])}
    words = [sys.executable, "-m", "tests.load.bare_argon2", str(SECONDS)]
    started = [
        subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE) for _ in range(CORES)
    ]
    return sum(int(process.communicate()[0]) for process in started) / SECONDS


def at_once(count: int, seconds: float, act: Callable[[int], None]) -> float:
    """Acts per second of so many threads; an act gets the thread's number."""
    stop = time.monotonic() + seconds

    def go_on(place: int) -> int:
        done = 0
        while time.monotonic() < stop:
            act(place)
            done += 1
        return done

    started = time.monotonic()
    with ThreadPoolExecutor(count) as threads:
        done = sum(threads.map(go_on, range(count)))
    return done / (time.monotonic() - started)


def sign_ins(services: Services) -> Callable[[int], None]:
    """Each caller signs in to an account of theirs from an address of theirs."""
    for number in range(ACCOUNTS):
        services.ask(
            OpenAccount(
                command_id=uuid4(),
                first_name="Camille",
                last_name="Martin",
                email=f"camille{number}@exemple.test",
                password=PASSWORD,
            ),
            SYSTEM,
        )

    def sign_in(place: int) -> None:
        ask = SignIn(
            command_id=uuid4(),
            email=f"camille{place % ACCOUNTS}@exemple.test",
            password=PASSWORD,
        )
        services.ask(ask, Caller(address=f"198.51.100.{place}"))

    return sign_in


def compare_sign_ins(services: Services) -> float:
    """Prints the table; the median ratio."""
    sign_in = sign_ins(services)
    at_once(CALLERS, 1.0, sign_in)
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(bare_rate())
        ours.append(at_once(CALLERS, SECONDS, sign_in))
    print(f"{'':36}{'per second':>12}   ({CORES} cores, median of {ROUNDS} turns of {SECONDS:.0f} s)")
    print(f"{'sign-ins, ' + str(CALLERS) + ' callers':36}{statistics.median(ours):12.1f}")
    print(f"{'bare Argon2id, a process a core':36}{statistics.median(bare):12.1f}")
    return statistics.median(a / b for a, b in zip(ours, bare, strict=True))


def compare_pages(stack: BenchStack, account: Caller) -> float:
    """Prints the table; the median ratio."""
    port = find_free_port()
    environment = {**site_environment(stack), "BENCH_ACCOUNT": str(account.account_id)}
    gunicorn = [
        "-m",
        "gunicorn",
        "--worker-class",
        "gthread",
        "--threads",
        str(VISITORS),
        "--keep-alive",
        "60",
    ]
    words = [*gunicorn, "--log-level", "warning", "-b", f"127.0.0.1:{port}", "tests.load.family_site:site()"]
    with running(words, environment, answers_http(port, "/jeton")):
        cookie = ask_for_cookie(port)
        rates: dict[str, list[float]] = {"/mon-espace/famille/": [], "/un-appel": []}
        for path in rates:
            at_once(VISITORS, 1.0, visitor(port, path, cookie))
        for _ in range(PAGE_ROUNDS):
            for path, found in rates.items():
                found.append(at_once(VISITORS, PAGE_SECONDS, visitor(port, path, cookie)))
    family, one = rates.values()
    print(f"\n{'':36}{'pages/s':>12}   ({VISITORS} visitors, median of {PAGE_ROUNDS} turns)")
    print(f"{'Ma famille':36}{statistics.median(family):12.0f}")
    print(f"{'the same frame, one empty question':36}{statistics.median(one):12.0f}")
    return statistics.median(a / b for a, b in zip(family, one, strict=True))


def visitor(port: int, path: str, cookie: str) -> Callable[[int], None]:
    """Reads one page over a connection that is kept, one per thread."""
    local = threading.local()

    def visit(_place: int) -> None:
        if not hasattr(local, "connection"):
            local.connection = HTTPConnection("127.0.0.1", port, timeout=10)
        local.connection.request("GET", path, headers={"Cookie": cookie})
        answer = local.connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")

    return visit


def ask_for_cookie(port: int) -> str:
    """A signed-in browser's cookie."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/jeton")
    answer = connection.getresponse()
    answer.read()
    given = next(value for value in answer.headers.get_all("Set-Cookie") if value.startswith(f"{COOKIE}="))
    connection.close()
    return given.partition(";")[0]


def site_environment(stack: BenchStack) -> dict[str, str]:
    """What the site needs."""
    return {
        "ESPACE_AMQP_URL": stack.amqp_url,
        "ESPACE_DATABASE_URL": stack.database_urls["gateway"],
        "ESPACE_SECRET_KEY": "bench",
        "ESPACE_LOG_FORMAT": "json",
        "PYTHONWARNINGS": "ignore",
    }


def main() -> None:
    with bench_stack("accounts", "gateway", "tests.echo") as stack:
        ports = {name: find_free_port() for name in ("accounts", "tests.echo")}

        def serving(name: str) -> tuple[list[str], dict[str, str], Callable[[], bool]]:
            environment = {
                "ESPACE_AMQP_URL": stack.amqp_url,
                "ESPACE_DATABASE_URL": stack.database_urls[name],
                "ESPACE_ACTIVATION_PEPPER": "bench",
                "ESPACE_METRICS_PORT": str(ports[name]),
                "ESPACE_LOG_FORMAT": "json",
            }
            return ["-m", "chassis", "serve", name], environment, answers_http(ports[name], "/health/ready")

        services = Services(stack.amqp_url, timeout=30)
        with running(*serving("accounts")):
            limit = compare_sign_ins(services)
            account = fill(services, stack.database_urls["accounts"])
            with running(*serving("tests.echo")):
                family = compare_pages(stack, account)
    print(f"signin limit_ratio={limit:.2f} family_ratio={family:.2f}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
