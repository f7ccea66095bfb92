"""Opening morning of Pass'Vacances: everyone at once, through the gateway; then what a booking costs.

sold_twice   places sold beyond a session's capacity, or twice to one child (must be 0)
unsold       places left free of a session that somebody waits for or was refused (must be 0)
bare_errors  answers that are no page for a person: a 5xx, a connection cut, nothing at all (must be 0)
db_ratio     whole bookings on one hot session / bare inserts of a row, per second, same database and connections
chain_ratio  bookings through the gateway / a page of the same frame whose one question does nothing, per second

The families are signed in beforehand through the site's own code, without their passwords: signing in has its own
bench. The facts wait in the outbox: so has the relay.
"""

import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import text

from chassis.database import engine_for
from deploy.local.rundir import find_free_port
from tests.load.family_site import COOKIE
from tests.load.opening_town import HOT_SESSION, Town, child, fill
from tests.load.processes import ROOT, running
from tests.load.rpc import answers_http
from tests.load.signin import at_once, site_environment, visitor
from tests.load.stack import BenchStack, bench_stack

FAMILIES, CENTRES, DAYS, CAPACITY = 2000, 3, 5, 40
CORES = len(os.sched_getaffinity(0))
PLACES = 2 * CORES
ROUNDS, SECONDS = 5, 3.0
VISITORS, CHAIN_ROUNDS, CHAIN_SECONDS = 4, 6, 2.0
PATIENCE = 180.0
"""Seconds a parent waits for one answer. The page comes when its turn comes; nobody is cut off before."""
TRIES = 6


class Parent:
    """One family's browser: reads the month, ticks a day, saves; tries again when the page asks it to."""

    def __init__(self, port: int, number: int, cookie: str, month: str, wish: int) -> None:
        self.port, self.number, self.cookie, self.wish = port, number, cookie, wish
        self.path = f"/mon-espace/reservations/{child(number)}/{month}"
        self.outcome = ""
        self.took = 0.0

    async def live(self, opening: asyncio.Event) -> None:
        """From the opening to the answer."""
        await opening.wait()
        started = time.monotonic()
        try:
            self.outcome = await self._book()
        except (OSError, EOFError, TimeoutError, ValueError) as problem:
            self.outcome = f"cut off: {type(problem).__name__}"
        self.took = time.monotonic() - started

    async def _book(self) -> str:
        status, page = await self._ask("GET")
        if status != 200:
            return f"status {status}"
        boxes = re.findall(r'name="(book|wait)" value="([0-9a-f-]{36})"', page)
        boxes = [box for box in boxes if box[1] != str(HOT_SESSION)]
        if not boxes:
            return "nothing to tick"
        name, value = boxes[self.wish % len(boxes)]
        fields = dict(re.findall(r'name="(csrf_token|command_id)"[^>]*value="([^"]+)"', page))
        # A parent who finds the day full takes the waiting list: the same form, sent once more.
        for _ in range(TRIES):
            status, answer = await self._ask("POST", urlencode([*fields.items(), (name, value)]))
            if status == 503 and "réessay" in answer:
                await asyncio.sleep(1)
                continue
            if status != 200:
                return f"status {status}"
            if (
                "sont enregistrées" in answer
                and "1er sur la liste" not in answer
                and "e sur la liste" not in answer
            ):
                return "booked"
            if "sur la liste" in answer:
                return "waits"
            if "il ne reste plus de place" in answer and name == "book":
                name, fields = "wait", {**fields, "command_id": str(uuid4())}
                continue
            return "refused"
        return "gave up"

    async def _ask(self, method: str, body: str = "") -> tuple[int, str]:
        """One request on a connection of its own, as a phone that wakes up has it."""
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), PATIENCE)
        try:
            head = f"{method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\nConnection: close\r\n"
            if body:
                head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}\r\n{body}".encode())
            await writer.drain()
            answer = await asyncio.wait_for(reader.read(), PATIENCE)
        finally:
            writer.close()
        if not answer:
            raise EOFError
        head = answer.partition(b"\r\n\r\n")[0].decode()
        self.cookie = "; ".join([self.cookie, *re.findall(r"(?im)^Set-Cookie: ([^;\r]+)", head)])
        return int(answer.split(b" ", 2)[1]), answer.decode(errors="replace")


def rush(port: int, town: Town, database_url: str) -> tuple[int, int, int]:
    """Prints what happened; (sold_twice, unsold, bare_errors)."""
    cookies = enter_all(port, town.families)
    parents = [
        Parent(port, n, cookie, f"{town.first:%Y-%m}", n // town.centres) for n, cookie in enumerate(cookies)
    ]

    async def all_at_once() -> float:
        opening = asyncio.Event()
        lives = [asyncio.create_task(parent.live(opening)) for parent in parents]
        await asyncio.sleep(0)
        started = time.monotonic()
        opening.set()
        await asyncio.gather(*lives)
        return time.monotonic() - started

    lasted = asyncio.run(all_at_once())
    outcomes = Counter(parent.outcome for parent in parents)
    bare = sum(n for outcome, n in outcomes.items() if outcome not in ("booked", "waits"))
    times = [parent.took for parent in parents]
    p99 = statistics.quantiles(times, n=100)[98]
    print(
        f"opening morning: {town.families} families at once, {CENTRES * DAYS * CAPACITY} places, all answered after {lasted:.1f} s"
    )
    print(f"  {', '.join(f'{outcome} {n}' for outcome, n in outcomes.most_common())}")
    print(
        f"  from the opening to one's answer (two pages): p50 {statistics.median(times):.1f} s, p99 {p99:.1f} s"
    )
    sold_twice, unsold = check_books(database_url, outcomes["booked"])
    return sold_twice, unsold, bare


def check_books(database_url: str, told_booked: int) -> tuple[int, int]:
    """What the tables say; a parent told « booked » without a booking, or the reverse, counts as sold twice."""
    engine = engine_for(database_url, 1)
    with engine.connect() as connection:

        def one(sql: str) -> int:
            return int(connection.execute(text(sql)).scalar_one())

        over = one(
            "SELECT COALESCE(sum(greatest(n - capacity, 0)), 0) FROM (SELECT s.capacity, count(b.booking_id) AS n"
            " FROM session s JOIN booking b USING (session_id) WHERE b.cancelled_at IS NULL GROUP BY s.session_id) x"
        )
        twice = one(
            "SELECT count(*) FROM (SELECT 1 FROM booking WHERE cancelled_at IS NULL"
            " GROUP BY child_id, session_id HAVING count(*) > 1) x"
        )
        booked = one("SELECT count(*) FROM booking WHERE cancelled_at IS NULL")
        proofs, facts = (
            one("SELECT count(*) FROM proof"),
            one("SELECT count(*) FROM outbox WHERE name LIKE 'booking.%'"),
        )
        unsold = one(
            "SELECT COALESCE(sum(s.capacity - s.taken), 0) FROM session s WHERE s.activity_code = 'pass-vacances'"
            " AND EXISTS (SELECT FROM waiting_place w WHERE s.session_id = ANY(w.session_ids) AND w.state = 'waiting')"
        )
        waiting = one("SELECT count(*) FROM waiting_place WHERE state = 'waiting'")
    engine.dispose()
    print(f"  in the books: {booked} booked, {proofs} proofs, {facts} facts kept, {waiting} waiting")
    return over + twice + abs(booked - told_booked) + abs(booked - proofs), unsold


def enter_all(port: int, families: int) -> list[str]:
    """A signed-in browser each."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    cookies = []
    for number in range(families):
        connection.request("GET", f"/jeton?famille={number}")
        answer = connection.getresponse()
        answer.read()
        given = answer.headers.get_all("Set-Cookie") or []
        cookies.append(next(each for each in given if each.startswith(f"{COOKIE}=")).partition(";")[0])
    connection.close()
    return cookies


def compare_database(url: str) -> float:
    """Prints the table; the median ratio of turns."""
    engine = engine_for(url, 1)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare_booking (LIKE booking INCLUDING INDEXES)"))
    engine.dispose()
    rates: dict[str, list[float]] = {"bare": [], "book": []}
    for _ in range(ROUNDS):
        for kind, found in rates.items():
            found.append(hot(url, kind))
    print(f"\n{'one hot session':40}{'per second':>12}   ({PLACES} connections, median of {ROUNDS} turns)")
    print(f"{'whole bookings: proof, fact, command':40}{statistics.median(rates['book']):12.0f}")
    print(f"{'bare inserts':40}{statistics.median(rates['bare']):12.0f}")
    return statistics.median(ours / bare for ours, bare in zip(rates["book"], rates["bare"], strict=True))


def hot(url: str, kind: str) -> float:
    """Per second, of a process a connection."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "services"), str(ROOT)])}
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.load.hot_session",
                url,
                str(SECONDS),
                kind,
                str(place),
                str(PLACES),
            ],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        )
        for place in range(PLACES)
    ]
    return sum(int(process.communicate()[0]) for process in started) / SECONDS


def compare_chain(port: int, town: Town) -> float:
    """Prints the table; the median ratio of turns."""
    cookies = enter_all(port, VISITORS)
    books = [booking_visitor(port, n, cookies[n], town) for n in range(VISITORS)]
    reads = visitor(port, "/un-appel", cookies[0])
    rates: dict[str, list[float]] = {"book": [], "read": []}
    at_once(VISITORS, 1.0, reads)
    at_once(VISITORS, 1.0, lambda place: books[place]())
    for _ in range(CHAIN_ROUNDS):
        rates["read"].append(at_once(VISITORS, CHAIN_SECONDS, reads))
        rates["book"].append(at_once(VISITORS, CHAIN_SECONDS, lambda place: books[place]()))
    print(
        f"\n{'through the gateway':40}{'per second':>12}   ({VISITORS} visitors, median of {CHAIN_ROUNDS} turns)"
    )
    print(f"{'a booking saved':40}{statistics.median(rates['book']):12.0f}")
    print(f"{'a page whose one question does nothing':40}{statistics.median(rates['read']):12.0f}")
    return statistics.median(ours / bare for ours, bare in zip(rates["book"], rates["read"], strict=True))


def booking_visitor(port: int, number: int, cookie: str, town: Town) -> Callable[[], None]:
    """Books a day, gives it back, books it again: a saved form each time."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    path = f"/mon-espace/reservations/{child(number)}/{town.first:%Y-%m}"
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("GET", path, headers={"Cookie": cookie})
    shown = connection.getresponse()
    page = shown.read().decode()
    given = [each.partition(";")[0] for each in shown.headers.get_all("Set-Cookie") or []]
    headers["Cookie"] = "; ".join([cookie, *given])
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    state = {"booked": False}

    def save() -> None:
        fields = {"csrf_token": token, "command_id": str(uuid4())}
        fields["shown" if state["booked"] else "book"] = str(HOT_SESSION)
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        if answer.status != 200 or "sont enregistrées" not in body:
            raise RuntimeError(f"{answer.status}")
        state["booked"] = not state["booked"]

    return save


def serving(stack: BenchStack, name: str, port: int) -> tuple[list[str], dict[str, str], Callable[[], bool]]:
    """A service's process."""
    environment = {
        "ESPACE_AMQP_URL": stack.amqp_url,
        "ESPACE_DATABASE_URL": stack.database_urls[name],
        "ESPACE_METRICS_PORT": str(port),
        "ESPACE_LOG_FORMAT": "json",
    }
    return ["-m", "chassis", "serve", name], environment, answers_http(port, "/health/ready")


def main() -> None:
    with bench_stack("enrolment", "gateway", "tests.echo") as stack:
        url = stack.database_urls["enrolment"]
        now = datetime.now(UTC)
        town = fill(url, now, families=FAMILIES, centres=CENTRES, days=DAYS, capacity=CAPACITY)
        port = find_free_port()
        site = [
            *("-m", "gunicorn", "-c", "services/gateway/gunicorn_config.py"),
            *("--log-level", "warning", "tests.load.opening_site:site()"),
        ]
        environment = {**site_environment(stack), "ESPACE_BIND": f"127.0.0.1:{port}"}
        with (
            running(*serving(stack, "enrolment", find_free_port())),
            running(*serving(stack, "tests.echo", find_free_port())),
            running(site, environment, answers_http(port, "/jeton?famille=0")),
        ):
            sold_twice, unsold, bare_errors = rush(port, town, url)
            chain = compare_chain(port, town)
        database = compare_database(url)
    print(
        f"rush sold_twice={sold_twice} unsold={unsold} bare_errors={bare_errors}"
        f" db_ratio={database:.2f} chain_ratio={chain:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
