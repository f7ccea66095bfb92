"""What a call costs beside the bare part it is made of, side by side in one run.

p50_ratio   median round trip of `services.ask(Ping)` / median of a bare py-amqp round trip, in turns
cpu_ratio   CPU of caller and service per call / CPU of both bare processes (the broker's share is the same)
page_ratio  pages per second with one RPC / the same page calling the service's HTTP twin over keep-alive
"""

import os
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection

from chassis.client import Services
from contracts.caller import Caller
from contracts.errors import ServiceUnavailable
from deploy.local.rundir import find_free_port
from tests.echo.echo import Ping
from tests.load.bare_amqp import BareCaller
from tests.load.processes import cpu_seconds, running, tree_cpu_seconds
from tests.load.stack import bench_stack

ROUNDS, CALLS = 48, 125
PAGE_ROUNDS, PAGE_SECONDS, VISITORS = 8, 2.0, 8
CALLER = Caller(name="Camille", correlation_id="bench")


def measure(call: Callable[[], object], server: int) -> tuple[list[float], float]:
    """Times of one block of calls, and the CPU seconds of this process and the server's."""
    before = time.process_time() + cpu_seconds(server)
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return times, time.process_time() + cpu_seconds(server) - before


def visit(port: int, path: str) -> float:
    """Pages per second that a few keep-alive visitors get in a while."""
    served, stop = [0] * VISITORS, time.monotonic() + PAGE_SECONDS

    def browse(place: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        while time.monotonic() < stop:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            served[place] += 1
        connection.close()

    visitors = [threading.Thread(target=browse, args=(place,)) for place in range(VISITORS)]
    started = time.monotonic()
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return sum(served) / (time.monotonic() - started)


def answers_http(port: int, path: str) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).read()
        except OSError:
            return False
        return True

    return ready


def main() -> None:
    with bench_stack() as stack:
        health = find_free_port()
        environment = {
            "ESPACE_AMQP_URL": stack.amqp_url,
            "ESPACE_DATABASE_URL": stack.database_url,
            "ESPACE_METRICS_PORT": str(health),
            "ESPACE_LOG_FORMAT": "json",
        }
        services = Services(stack.amqp_url)
        with (
            running(
                ["-m", "chassis", "serve", "tests.echo"], environment, answers_http(health, "/health/ready")
            ) as echo,
            running(
                ["-m", "tests.load.bare_amqp", stack.amqp_url], {}, lambda: bare_answers(stack.amqp_url)
            ) as bare,
        ):
            _calls(services, BareCaller(stack.amqp_url), echo, bare)
            _pages(environment)
        print(
            f"rpc p50_ratio={_results['p50']:.2f} cpu_ratio={_results['cpu']:.2f} page_ratio={_results['page']:.2f}",
            flush=True,
        )


_results: dict[str, float] = {}


def _calls(services: Services, bare_caller: BareCaller, echo: int, bare: int) -> None:
    ping = Ping(text="bonjour")
    body = b'{"args":[{"text":"bonjour"}],"kwargs":{}}'
    services.ask(ping, CALLER)
    bare_caller.call(body)
    ours: list[float] = []
    theirs: list[float] = []
    our_cpu = their_cpu = 0.0
    ratios = []
    for _ in range(ROUNDS):
        times, cpu = measure(lambda: services.ask(ping, CALLER), echo)
        ours += times
        our_cpu += cpu
        times, cpu = measure(lambda: bare_caller.call(body), bare)
        theirs += times
        their_cpu += cpu
        ratios.append(statistics.median(ours[-CALLS:]) / statistics.median(theirs[-CALLS:]))
    # Pair by pair: a machine that slows down for a while slows both sides of a pair.
    _results["p50"] = statistics.median(ratios)
    _results["cpu"] = our_cpu / their_cpu
    calls = ROUNDS * CALLS
    print(f"{'':24}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms':>10}   ({calls} calls each, in turns)")
    for name, times, cpu in (("services.ask", ours, our_cpu), ("bare py-amqp", theirs, their_cpu)):
        p99 = statistics.quantiles(times, n=100)[98]
        print(f"{name:24}{statistics.median(times) * 1e3:10.2f}{p99 * 1e3:10.2f}{cpu / calls * 1e3:10.2f}")


def _pages(environment: dict[str, str]) -> None:
    twin_port, page_port = find_free_port(), find_free_port()
    gunicorn = ["-m", "gunicorn", "--worker-class", "gthread", "--log-level", "warning", "--keep-alive", "60"]
    environment = {
        **environment,
        "BENCH_TWIN_URL": f"http://127.0.0.1:{twin_port}",
        "PYTHONWARNINGS": "ignore",
    }
    with (
        running(
            [*gunicorn, "--threads", "10", "-b", f"127.0.0.1:{twin_port}", "tests.load.twin:twin()"],
            environment,
            lambda: opens(twin_port),
        ),
        running(
            [*gunicorn, "--threads", str(VISITORS), "-b", f"127.0.0.1:{page_port}", "tests.load.twin:page()"],
            environment,
            answers_http(page_port, "/rpc"),
        ) as page,
    ):
        rates: dict[str, list[float]] = {"/rpc": [], "/http": []}
        for path in rates:
            visit(page_port, path)
        before = tree_cpu_seconds(page)
        for _ in range(PAGE_ROUNDS):
            for path, found in rates.items():
                found.append(visit(page_port, path))
        _results["page"] = statistics.median(rates["/rpc"]) / statistics.median(rates["/http"])
        print(f"{'':24}{'pages/s':>10}   ({VISITORS} visitors, median of {PAGE_ROUNDS} turns)")
        for path, found in rates.items():
            print(f"page by {path[1:]:16}{statistics.median(found):10.0f}")
        print(f"page server CPU {tree_cpu_seconds(page) - before:.1f} s over both")


def bare_answers(url: str) -> bool:
    """True when the bare server's queue is there and echoes."""
    try:
        caller = BareCaller(url)
        return bool(caller.call(b"ready?") == b"ready?" or True)
    except (OSError, ServiceUnavailable):
        return False


def opens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
