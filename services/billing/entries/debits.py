"""Entry points of direct debit: parents' mandates, agents' collections, and what happens to both by the calendar."""

import gzip
from collections.abc import Iterable, Mapping
from contextlib import suppress

import eventlet.tpool
import structlog

from billing import consultations
from billing.debits import (
    booking,
    collecting,
    creditors,
    filing,
    mandates,
    pain008,
    reading,
    rejecting,
    resuming,
)
from billing.debits.creditors import Creditor
from billing.debits.models import Collection
from billing.paying.till import PAID_CENTS, PAYMENTS
from chassis.commands import once
from chassis.sealed_column import Seal
from chassis.service import Service, answers, every
from contracts.billing.debits import (
    AnnounceCollection,
    CancelCollection,
    CollectionFile,
    CollectionPlan,
    CollectionView,
    DebitDeskView,
    FindMandates,
    MakeCollectionFile,
    MandateList,
    MandatePage,
    MandatePaper,
    MandateView,
    MyMandates,
    OpenCollection,
    OpenCollectionFile,
    OpenDebitDesk,
    OpenMandate,
    PlanCollection,
    RejectDebit,
    ResumeMandate,
    RevokeMandate,
    SignMandate,
    WithdrawDebit,
)
from contracts.billing.refusals import CollectionClosed
from contracts.caller import Caller, Role
from contracts.errors import NotFound

log = structlog.get_logger()


def _write(head: pain008.Head, orders: Iterable[pain008.Order]) -> bytes:
    """In a thread of its own: seconds of work for a whole town, during which others must be answered."""
    content: bytes = eventlet.tpool.execute(pain008.write, head, list(orders))
    return content


class DebitDesk(Service):
    """Direct debits."""

    @property
    def creditors(self) -> Mapping[str, Creditor]:
        """The funds that collect."""
        return creditors.read(self.settings.sepa_creditors)

    @property
    def seal(self) -> Seal:
        """Closes account numbers and the files that hold them."""
        return Seal(self.settings.need("debits_key"), "debits")

    @answers(MyMandates)
    def my_mandates(self, ask: MyMandates, caller: Caller) -> MandateList:
        with self.begin() as session:
            return reading.mine(session, self.creditors, caller.citizen())

    @answers(SignMandate)
    def sign_mandate(self, ask: SignMandate, caller: Caller) -> MandateView:
        def sign() -> MandateView:
            signed = mandates.sign(session, self.creditors, self.seal, ask, caller, self.clock.now())
            return reading.view(session, signed.mandate_id, caller)

        with self.begin() as session:
            return once(session, ask, caller, sign)

    @answers(RevokeMandate)
    def revoke_mandate(self, ask: RevokeMandate, caller: Caller) -> MandateView:
        def revoke() -> MandateView:
            collecting.revoke(session, ask, caller, self.clock.now())
            return reading.view(session, ask.mandate_id, caller)

        with self.begin() as session:
            return once(session, ask, caller, revoke)

    @answers(ResumeMandate)
    def resume_mandate(self, ask: ResumeMandate, caller: Caller) -> MandateView:
        def resume() -> MandateView:
            resuming.resume(session, self.creditors, ask.mandate_id, caller, self.clock.now())
            return reading.view(session, ask.mandate_id, caller)

        with self.begin() as session:
            return once(session, ask, caller, resume)

    @answers(OpenMandate)
    def open_mandate(self, ask: OpenMandate, caller: Caller) -> MandatePaper:
        with self.begin() as session:
            paper = reading.paper(session, self.seal, ask.mandate_id, caller)
            about = f"Mandat de prélèvement {paper.mandate.reference}"
            consultations.note_family(session, caller, paper.mandate.family_id, about, self.clock.now())
            return paper

    @answers(FindMandates)
    def find_mandates(self, ask: FindMandates, caller: Caller) -> MandatePage:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return reading.find(session, ask)

    @answers(OpenDebitDesk)
    def open_debit_desk(self, ask: OpenDebitDesk, caller: Caller) -> DebitDeskView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return reading.desk(session, self.creditors, self.clock.now())

    @answers(PlanCollection)
    def plan_collection(self, ask: PlanCollection, caller: Caller) -> CollectionPlan:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return collecting.plan(session, self.creditors, ask, self.clock.now())

    @answers(AnnounceCollection)
    def announce_collection(self, ask: AnnounceCollection, caller: Caller) -> CollectionView:
        def announce() -> CollectionView:
            made = collecting.announce(session, self.creditors, ask, caller, self.clock.now())
            return reading.collection(session, made.collection_id)

        caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, announce)

    @answers(OpenCollection)
    def open_collection(self, ask: OpenCollection, caller: Caller) -> CollectionView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return reading.collection(session, ask.collection_id)

    @answers(MakeCollectionFile)
    def make_collection_file(self, ask: MakeCollectionFile, caller: Caller) -> CollectionView:
        def make() -> CollectionView:
            now = self.clock.now()
            filing.make(session, self.creditors, self.seal, _write, ask.collection_id, caller, now)
            return reading.collection(session, ask.collection_id)

        caller.staff(Role.BILLING)
        with self.begin() as session:
            view = once(session, ask, caller, make)
        log.info("collection closed", number=view.summary.number, state=view.summary.state)
        return view

    @answers(CancelCollection)
    def cancel_collection(self, ask: CancelCollection, caller: Caller) -> CollectionView:
        def cancel() -> CollectionView:
            collecting.cancel(session, ask.collection_id, self.clock.now())
            return reading.collection(session, ask.collection_id)

        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, cancel)

    @answers(WithdrawDebit)
    def withdraw_debit(self, ask: WithdrawDebit, caller: Caller) -> CollectionView:
        def withdraw() -> CollectionView:
            collection = collecting.withdraw_one(session, ask, self.clock.now())
            return reading.collection(session, collection.collection_id)

        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, withdraw)

    @answers(OpenCollectionFile)
    def open_collection_file(self, ask: OpenCollectionFile, caller: Caller) -> CollectionFile:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            collection = session.get(Collection, ask.collection_id)
            if collection is None:
                raise NotFound(collection_id=str(ask.collection_id))
            content = filing.content(collection, self.seal)
        log.info("collection file taken", number=collection.number, by=str(by))
        return CollectionFile(name=f"{collection.number}.xml", content=gzip.compress(content, mtime=0))

    @answers(RejectDebit)
    def reject_debit(self, ask: RejectDebit, caller: Caller) -> CollectionView:
        def reject() -> CollectionView:
            collection = rejecting.reject(session, ask, caller, self.clock.now())
            return reading.collection(session, collection.collection_id)

        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, reject)

    @every(seconds=30)
    def book_debits(self) -> None:
        now = self.clock.now()
        with self.begin() as session:
            due = booking.due(session, now)
        for payment_id in due:
            with self.begin() as session:
                settled = booking.book(session, payment_id, now)
            if settled.received_cents:
                PAYMENTS.labels(settled.after).inc()
                PAID_CENTS.labels(collecting.METHOD).inc(settled.received_cents)

    @every(seconds=300)
    def end_debits(self) -> None:
        """Collections without a file in time, mandates whose time is over, account numbers past their keeping."""
        now = self.clock.now()
        with self.begin() as session:
            forgotten, over = booking.forgotten(session, now), mandates.over(session, now)
            erased = mandates.erase(session, now)
        for collection_id in forgotten:
            with suppress(CollectionClosed), self.begin() as session:  # another replica was first
                number = collecting.cancel(session, collection_id, now).number
                log.warning("collection given up: no file was made in time", number=number)
        for mandate_id, reason in over:
            with self.begin() as session:
                collecting.end_over(session, mandate_id, reason, now)
        if erased:
            log.info("account numbers erased", rows=erased)
