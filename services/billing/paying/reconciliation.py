"""The night's comparison with the card provider's list, which is asked for outside any transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from billing import nights
from billing.paying import reconciling
from billing.paying.card_books import CardBooks, Movements
from billing.paying.notifications import payment_of
from billing.paying.provider import Concern, ProviderRefused, ProviderUnreachable, Told
from billing.paying.till import Till
from chassis.clock import Clock
from contracts.billing.refusals import ProviderAway

log = structlog.get_logger()


@dataclass(frozen=True)
class Reconciliation:
    """`till` makes up for what was lost; `books` is the list of the provider called `books.name`."""

    begin: Callable[[], AbstractContextManager[Session]]
    till: Till
    books: CardBooks
    clock: Clock

    @property
    def task(self) -> str:
        """The name of the night's work."""
        return f"list:{self.books.name}"

    def tonight(self) -> int | None:
        """Compares, once a night. How many things differ; None when it is done already, or the provider is away."""
        night = nights.night_of(self.clock.now())
        with self.begin() as session:
            if not nights.is_due(session, self.task, night):
                return None
            since, until = reconciling.span(session, nights.last_done(session, self.task))
        try:
            theirs = self.books.movements(since, until)
            self._make_up(theirs, since, until)
        except (ProviderUnreachable, ProviderRefused) as problem:
            log.warning("list not to be had", provider=self.books.name, problem=str(problem))
            return None
        with self.begin() as session:
            found = self._compare(session, theirs, since, until)
            reconciling.show(session, found, self.clock.now())
            nights.note(session, self.task, night, len(found))
        log.info("list compared", provider=self.books.name, charges=len(theirs.charges), found=len(found))
        return len(found)

    def _make_up(self, theirs: Movements, since: datetime, until: datetime) -> None:
        """Asks about what seems to be missing, as if the notification that was lost had come."""
        with self.begin() as session:
            found = self._compare(session, theirs, since, until)
        for each in found:
            if each.payment_id is not None and each.kind == "not_recorded":
                with suppress(ProviderAway):
                    self.till.refresh(each.payment_id)
            elif each.payment_id is not None and each.kind == "refund":
                self.till.money_back.follow(each.payment_id)
        for dispute in theirs.disputes:
            told = Told("", "dispute", Concern.DISPUTE, proof=dispute.proof, subject=dispute.reference)
            with self.begin() as session:
                payment_id = payment_of(session, told)
            if payment_id is not None:
                self.till.money_back.dispute(told, payment_id)

    def _compare(
        self, session: Session, theirs: Movements, since: datetime, until: datetime
    ) -> list[reconciling.Found]:
        payments, refunds = reconciling.our_side(session, self.books.name, theirs, since, until)
        return reconciling.compare(payments, refunds, theirs)
