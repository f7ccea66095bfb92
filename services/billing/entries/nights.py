"""Entry points of the night's work, and what is measured of it."""

import structlog

from billing import nights
from billing.accounting import audit
from billing.entries.payments import PaymentDesk
from billing.paying import differences
from billing.paying.reconciliation import Reconciliation
from chassis import metrics
from chassis.service import every

log = structlog.get_logger()

DIFFERENCES = metrics.gauge("money_differences", "Differences nobody has dealt with, by kind", ("kind",))
AGE = metrics.gauge("night_work_age_seconds", "Since the night's work was last done, by task", ("task",))

BOOKS = "books"


class NightDesk(PaymentDesk):
    """Done once a night."""

    @every(seconds=300)
    def check_books(self) -> None:
        now = self.clock.now()
        night = nights.night_of(now)
        with self.begin() as session:
            if not nights.is_due(session, BOOKS, night):
                return
            found = audit.check(session, now)
            nights.note(session, BOOKS, night, found)
        log.info("books checked", night=night.isoformat(), found=found)

    @every(seconds=300)
    def compare_lists(self) -> None:
        for books in self.till.books():
            Reconciliation(self.begin, self.till, books, self.clock).tonight()

    @every(seconds=60)
    def measure_differences(self) -> None:
        with self.begin() as session:
            counts, ages = differences.still_open(session), nights.ages(session)
        DIFFERENCES.clear()
        for kind, count in counts.items():
            DIFFERENCES.labels(kind).set(count)
        for task, seconds in ages.items():
            AGE.labels(task).set(seconds)
