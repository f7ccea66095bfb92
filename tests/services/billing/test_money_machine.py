"""Money lived at random on a real database, whole: see `money_machine.py` for what is done there already.

Here besides: mandates, collections, their files and days, what banks send back by hand and by file; cheques that bounce;
refunds made on the provider's own pages; contested days, given back at once or by the next run.
"""

from contextlib import suppress
from datetime import date
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from billing.accounting import ledger
from billing.contesting import answers, objections, views
from billing.debits import collecting
from billing.debits.reject_codes import SUSPENDS
from contracts.billing.contesting import (
    AnswerLineObjection,
    ContestInvoiceLine,
    LineObjectionState,
    ObjectionReason,
    WaiverKind,
)
from contracts.billing.counter import Means
from contracts.billing.debits import RevokeMandate
from contracts.billing.payments import PaymentState
from contracts.billing.refunds import BookRefund
from contracts.errors import DomainError
from tests.mothers.bank_files import a_notice, a_returned_entry
from tests.mothers.billing import NOW, a_clerk
from tests.services.billing.money_machine import CENTS, NAMES, WHO, Home, Money
from tests.services.billing.test_bank_files import read, record
from tests.services.billing.test_counter import bounce
from tests.services.billing.test_debits import announce, book, make_file, reject, sign, to_day
from tests.services.billing.test_reconciliation import tonight

CODES = st.sampled_from(sorted(SUSPENDS))
WAYS = ("announced", "filed", "refused", "booked", "sent back")


class Whole(Money):
    """Everything that moves money. `debits`: what was collected of whom, by payment, while it counts."""

    def __init__(self) -> None:
        super().__init__()
        self.mandates: dict[UUID, UUID] = {}
        self.collections: dict[UUID, date] = {}
        self.debits: dict[UUID, tuple[Home, int]] = {}

    # ------------------------------------------------------------ direct debit

    @initialize()
    def begin_with_a_mandate_each(self) -> None:
        for name in NAMES:
            self.sign(name)

    @rule(who=WHO)
    def sign(self, who: str) -> None:
        home = self.homes[who]
        with suppress(DomainError):
            self.mandates[home.family] = sign(self.town, home.family, home.parent)

    @rule(who=WHO)
    def revoke(self, who: str) -> None:
        ask = RevokeMandate(command_id=uuid4(), mandate_id=self.mandates[self.homes[who].family])
        with suppress(DomainError), self.town.sessions.begin() as session:
            collecting.revoke(session, ask, self.homes[who].parent, NOW)

    @rule(who=WHO, meals=st.integers(0, 2), goes=st.sampled_from(WAYS), code=CODES, by_hand=st.booleans())
    def collect(self, who: str, meals: int, goes: str, code: str, by_hand: bool) -> None:
        """What is due of everybody, of whom one may have been billed just before; as far as it goes."""
        if meals and self.days < 28:
            self._bill(self.homes[who], meals)
        with self.engine.connect() as connection:
            due_on: date = connection.execute(text("SELECT max(due_on) FROM invoice")).scalar_one()
        with suppress(DomainError):
            collection = announce(self.town, due_on)
            self.collections[collection] = due_on
            if goes != "announced":
                self._file(collection)
            if goes in ("booked", "sent back"):
                self._book(collection)
            if goes in ("refused", "sent back"):
                self._send_back(*self._known()[-1], code, by_hand=by_hand)

    @precondition(lambda self: self.collections)
    @rule(data=st.data(), step=st.sampled_from(["file", "book", "give up"]))
    def go_on(self, data: st.DataObject, step: str) -> None:
        collection = data.draw(st.sampled_from(list(self.collections)))
        if step == "file":
            self._file(collection)
        elif step == "book":
            self._book(collection)
        else:
            with suppress(DomainError), self.town.sessions.begin() as session:
                collecting.cancel(session, collection, NOW)

    def _file(self, collection: UUID) -> None:
        with suppress(DomainError):
            make_file(self.town, collection)
        self._learn_of_debits()

    def _book(self, collection: UUID) -> None:
        to_day(self.town, self.collections[collection])
        book(self.town)
        self.town.clock.moment = NOW
        self._learn_of_debits()

    @precondition(lambda self: self.collections)
    @rule(data=st.data(), code=CODES, by_hand=st.booleans())
    def send_back(self, data: st.DataObject, code: str, by_hand: bool) -> None:
        self._send_back(*data.draw(st.sampled_from(self._known())), code, by_hand=by_hand)

    def _known(self) -> list[tuple[UUID, int]]:
        """Every debit there ever was, with its sum, as they were announced."""
        with self.engine.connect() as connection:
            query = (
                "SELECT payment_id, amount_cents FROM debit JOIN payment USING (payment_id)"
                " JOIN collection USING (collection_id) ORDER BY collection.number, family_id"
            )
            return [(row[0], row[1]) for row in connection.execute(text(query))]

    def _send_back(self, payment: UUID, cents: int, code: str, *, by_hand: bool) -> None:
        if by_hand:
            with suppress(DomainError):
                reject(self.town, payment, code)
        else:
            day = NOW.date().isoformat()
            record(self.town, read(self.town, a_notice(a_returned_entry(payment, code, cents, day))))
        self._learn_of_debits()

    def _learn_of_debits(self) -> None:
        """Debits that came since the last time, and those that went back."""
        with self.engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT payment_id, family_id, amount_cents, state FROM debit JOIN payment USING (payment_id)"
                )
            ).all()
        for payment, family, cents, state in found:
            if state == PaymentState.PAID and payment not in self.debits:
                home = next(home for home in self.homes.values() if home.family == family)
                self.debits[payment] = (home, cents)
                self.cents[payment] = cents
                home.owed -= cents
            elif state == PaymentState.REJECTED and payment in self.debits:
                home, taken = self.debits.pop(payment)
                home.owed += taken

    @invariant()
    def the_account_of_the_fund_has_what_was_collected_and_did_not_go_back(self) -> None:
        with self.town.sessions.begin() as session:
            held = ledger.totals(session).get(ledger.SEPA, 0)
        assert held == sum(cents for _, cents in self.debits.values())

    # ------------------------------------------------------------ what comes back otherwise

    @rule(who=WHO, whole=st.booleans(), bounces=st.booleans())
    def hand_on_a_cheque(self, who: str, whole: bool, bounces: bool) -> None:
        """And perhaps it bounces; one that was given back, or a payment that is no cheque, cannot."""
        before = set(self.cents)
        self.take(who, 2000 if whole else 700, Means.CHEQUE)
        self.hand_on(Means.CHEQUE)
        if bounces:
            for payment in set(self.cents) - before:
                bounce(self.town, payment)

    @precondition(lambda self: self.cents)
    @rule(data=st.data())
    def bounce_any(self, data: st.DataObject) -> None:
        with suppress(DomainError):
            bounce(self.town, data.draw(st.sampled_from(list(self.cents))))

    @precondition(lambda self: set(self.cents) & set(self.online))
    @rule(data=st.data(), cents=CENTS, booked=st.booleans())
    def give_back_by_hand(self, data: st.DataObject, cents: int, booked: bool) -> None:
        """On the provider's own pages: nothing of ours moves until an agent books it."""
        payment = data.draw(st.sampled_from([each for each in self.online if each in self.cents]))
        most = self.cents[payment] - self.town.provider.given(f"debit_{payment}")
        if most > 0 and not self.town.provider.disputes.get(f"dp_{payment}"):
            self.town.provider.give_back_by_hand(payment, min(cents, most))
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM night"))
        tonight(self.town)
        if booked:
            for difference in self._to_book():
                with suppress(DomainError):
                    self.town.till.money_back.book(
                        BookRefund(command_id=uuid4(), difference_id=difference), a_clerk()
                    )

    def _to_book(self) -> list[UUID]:
        with self.engine.connect() as connection:
            query = "SELECT difference_id FROM difference WHERE kind = 'refund' AND resolved_at IS NULL ORDER BY found_at"
            return list(connection.execute(text(query)).scalars())

    # ------------------------------------------------------------ contested lines

    @precondition(lambda self: any(home.sheets for home in self.homes.values()))
    @rule(data=st.data(), who=WHO, at_once=st.booleans())
    def contest_a_day(self, data: st.DataObject, who: str, at_once: bool) -> None:
        """A day is contested and given back: by a credit note at once, or by the next run."""
        home = self.homes[who]
        if not home.sheets:
            return
        sheet = data.draw(st.sampled_from(home.sheets))
        with self.engine.connect() as connection:
            line = connection.execute(
                text(
                    "SELECT min(line_id) FROM invoice_line JOIN invoice USING (invoice_id)"
                    " JOIN settled_session ON session_id = :sheet AND day = ANY(days)"
                    " WHERE invoice.family_id = :family AND quantity > 0"
                ),
                {"sheet": sheet, "family": home.family},
            ).scalar_one()
        standing = self.town.count(
            "SELECT sum(quantity * unit_cents) FROM charge WHERE session_id = :sheet", sheet=sheet
        )
        if line is not None and self._waive(home, line, sheet, at_once=at_once) and at_once:
            home.owed -= standing
            with self.engine.connect() as connection:
                query = text("SELECT invoice_id FROM invoice WHERE run_id IS NULL AND family_id = :family")
                found = connection.execute(query, {"family": home.family}).scalars()
                home.invoices += [each for each in found if each not in home.invoices]

    def _waive(self, home: Home, line: int, sheet: UUID, *, at_once: bool) -> bool:
        contest = ContestInvoiceLine(
            command_id=uuid4(), line_id=line, session_ids=[sheet], reason=ObjectionReason.NOT_THERE
        )
        with suppress(DomainError), self.town.sessions.begin() as session:
            objection = objections.contest(session, contest, home.parent, NOW)
            view = views.show(session, objection, home.parent, NOW)
            answer = AnswerLineObjection(
                command_id=uuid4(),
                objection_id=objection,
                state=LineObjectionState.WAIVED,
                version=view.version,
                answer="Vérifié avec l’école.",
                waiver=WaiverKind.ERROR,
                session_ids=[sheet],
                at_once=at_once,
            )
            answers.answer(session, answer, a_clerk(), NOW)
            return True
        return False


def test_the_books_agree_whatever_is_done_in_whatever_order(engine: Engine) -> None:
    """The same acts in each run. To look further: `derandomize=False` and more examples."""
    Money.engine = engine
    run_state_machine_as_test(
        Whole, settings=settings(max_examples=10, stateful_step_count=25, derandomize=True, deadline=None)
    )
