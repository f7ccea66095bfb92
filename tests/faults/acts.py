"""What parents and agents go on doing while processes die, and what they were told."""

import itertools
import math
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from chassis.client import Services
from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer, CellState, ChangeBookings, MonthPage
from contracts.errors import ServiceUnavailable
from contracts.messages import Question
from tests.faults.browser import Browser, filled
from tests.faults.people import PASSWORD, Parent
from tests.providers.system import Town

A = TypeVar("A")
PATIENCE = 120.0
MONTHS = (date(2026, 11, 1), date(2026, 12, 1))
BREATH = 0.1
"""Seconds between two saves of one parent: people read before they click."""


def insist(services: Services, question: Question[A], caller: Caller) -> A:
    """Asks again, the very same, until there is an answer. A refusal is an answer too, and raised."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return services.ask(question, caller)
        except ServiceUnavailable:
            if time.monotonic() > deadline:
                raise


@dataclass
class Told:
    """What parents were answered: whole answers by RPC, three numbers by page."""

    answers: dict[UUID, BookingAnswer] = field(default_factory=dict)
    pages: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    """Command → (days booked, days cancelled) as the page says."""
    problems: list[BaseException] = field(default_factory=list)

    def count(self) -> int:
        return len(self.answers) + len(self.pages)


class Crowd:
    """Parents who book and cancel until told to stop; the first third through the site's pages."""

    def __init__(self, town: Town, services: Services, parents: Sequence[Parent]) -> None:
        self.told = Told()
        self._town, self._services = town, services
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._live, args=(parent, number), daemon=True)
            for number, parent in enumerate(parents)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a parent still waits for an answer"
        if self.told.problems:
            raise self.told.problems[0]

    def _live(self, parent: Parent, number: int) -> None:
        chance = random.Random(number)
        try:
            if number % 3 == 0:
                browser = Browser(self._town.gateway_url)
                browser.sign_in(parent.email, PASSWORD)
                act = partial(self._tick, browser, parent, chance)
            else:
                act = partial(self._ask, parent, chance)
            while not self._stop.is_set():
                act()
                self._stop.wait(BREATH)
        except BaseException as problem:
            self.told.problems.append(problem)
        finally:
            self._services.close()

    def _ask(self, parent: Parent, chance: random.Random) -> None:
        """A save by RPC, with days that cannot be had among them."""
        child_id = chance.choice(parent.children)
        month = insist(
            self._services, MonthPage(child_id=child_id, month=chance.choice(MONTHS)), parent.caller
        )
        cells = [cell for day in month.days for cell in day.cells]
        wanted = [cell.session_id for cell in cells if cell.state in (CellState.OPEN, CellState.FULL)]
        too_late = [cell.session_id for cell in cells if cell.state is CellState.LOCKED]
        booked = [cell.session_id for cell in cells if cell.state is CellState.BOOKED]
        additions = some(chance, wanted, 5) + some(chance, too_late, 1)
        ask = ChangeBookings(
            command_id=uuid4(), child_id=child_id, additions=additions, removals=some(chance, booked, 2)
        )
        self.told.answers[ask.command_id] = insist(self._services, ask, parent.caller)

    def _tick(self, browser: Browser, parent: Parent, chance: random.Random) -> None:
        """A save on the page: some boxes ticked, some no more."""
        child_id = chance.choice(parent.children)
        form = browser.read(f"/mon-espace/reservations/{child_id}/2026-12").select_one("main form")
        assert form is not None
        boxes = [str(box["value"]) for box in form.select('input[type="checkbox"]')]
        ticked = [str(box["value"]) for box in form.select('input[type="checkbox"][checked]')]
        kept = set(ticked).difference(some(chance, ticked, 2))
        kept.update(some(chance, [box for box in boxes if box not in ticked], 4))
        if kept == set(ticked):
            return
        command_id = UUID(str(filled(form)["command_id"]))
        answer = browser.send(form, book=sorted(kept))
        sections = {
            name: len(answer.select(f'section[aria-labelledby="{name}"] .changes__item'))
            for name in ("reserves", "annules")
        }
        assert answer.h1 is not None
        assert "enregistré" in answer.h1.get_text(), answer.h1.get_text()
        self.told.pages[command_id] = (sections["reserves"], sections["annules"])


def some(chance: random.Random, among: Sequence[UUID | str], most: int) -> list[Any]:
    """At most so many, drawn."""
    return chance.sample(list(among), min(len(among), chance.randint(0, most)))


def do_under_strikes(town: Town, tasks: Sequence[Callable[[], Any]], processes: Sequence[str]) -> list[Any]:
    """Runs the tasks, four at a time, a share of them begun just before each process is killed. Their results."""
    share = math.ceil(len(tasks) / max(1, len(processes)))
    waiting = iter(tasks)
    futures: list[Future[Any]] = []
    with ThreadPoolExecutor(4) as pool:
        for process in processes:
            futures += [pool.submit(task) for task in itertools.islice(waiting, share)]
            town.strike(process)
        futures += [pool.submit(task) for task in waiting]
        return [future.result(timeout=PATIENCE) for future in futures]
