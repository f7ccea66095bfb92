"""Money lived at random on a real database: whatever is done in whatever order, the books agree.

Invoices, corrections with credits laid against debts, payments online whole and in parts, over the counter, refunds,
disputes, slips, a provider that is away, notifications again; `test_money_machine.py` adds the rest. After each act:
every entry balances, the family's balance is the sum of its entries and what plain Python reckons, and the nightly
check finds nothing.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import Engine, text

from billing.accounting import audit, ledger
from billing.paying.card_books import DisputeProgress
from billing.paying.funds import set_terms
from billing.paying.provider import Progress
from contracts.billing.counter import Means
from contracts.billing.funds import SetFundTerms
from contracts.billing.payments import PaymentState, StartPayment
from contracts.billing.refunds import RefundState
from contracts.billing.refusals import ProviderAway
from contracts.billing.tariffs import FixedRule
from contracts.caller import Caller
from contracts.errors import DomainError
from contracts.events.attendance import Mark
from tests.mothers.billing import NOW, OCTOBER, a_parent
from tests.services.billing.conftest import Town, empty
from tests.services.billing.test_counter import deposit, take
from tests.services.billing.test_payments import receive, state
from tests.services.billing.test_refunds import give_back

NAMES = ("Ferrand", "Masson")
WHO = st.sampled_from(NAMES)
CENTS = st.integers(1, 9000)


@dataclass
class Home:
    """A family in plain Python. `owed`: what is invoiced, less what came in, plus what went back."""

    family: UUID
    child: UUID
    parent: Caller
    sheets: list[UUID] = field(default_factory=list)
    invoices: list[UUID] = field(default_factory=list)
    owed: int = 0


class Money(RuleBasedStateMachine):
    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        empty(self.engine)
        self.town = Town(self.engine)
        self.town.offer(FixedRule(cents=2000))
        with self.town.sessions.begin() as session:
            set_terms(session, SetFundTerms(command_id=uuid4(), code="ENF", part_from_cents=100))
        self.homes = {}
        for name in NAMES:
            parent = a_parent(name=name)
            family = self.town.family(parent.account_id, label=name)
            self.homes[name] = Home(family, self.town.child(), parent)
        self.owner: dict[UUID, Home] = {}
        self.cents: dict[UUID, int] = {}
        self.online: list[UUID] = []
        self.treasury = 0
        self.days = 0

    @initialize()
    def begin_with_a_payment_each(self) -> None:
        """So that refunds and disputes are met early."""
        for home in self.homes.values():
            self._bill(home, 2)
            self._start(home, None, 1)
            self.town.provider.pay(self.online[-1])
            self.town.till.refresh(self.online[-1])
        self._learn()

    # ------------------------------------------------------------ what is owed

    @precondition(lambda self: self.days < 28)
    @rule(who=WHO, meals=st.integers(1, 2))
    def bill(self, who: str, meals: int) -> None:
        self._bill(self.homes[who], meals)

    def _bill(self, home: Home, meals: int) -> None:
        for _ in range(min(meals, 28 - self.days)):
            self.days += 1
            line = (home.child, home.family, Mark.PRESENT)
            home.sheets.append(self.town.sheet(OCTOBER.replace(day=self.days), line))
        self._run()

    @rule(who=WHO)
    def correct(self, who: str) -> None:
        """A meal that was billed turns out to be excused: a credit, laid against what is owed."""
        home = self.homes[who]
        if home.sheets:
            sheet = home.sheets.pop()
            with self.engine.connect() as connection:
                query = text("SELECT day FROM settled_session WHERE session_id = :sheet")
                day: date = connection.execute(query, {"sheet": sheet}).scalar_one()
            line = (home.child, home.family, Mark.ABSENT_JUSTIFIED)
            self.town.sheet(day, line, session_id=sheet)
            self._run()

    def _run(self) -> None:
        view = self.town.run()
        for row in view.invoices:
            home = next(home for home in self.homes.values() if home.family == row.family_id)
            if row.invoice_id is not None:
                home.invoices.append(row.invoice_id)
                home.owed += row.cents

    # ------------------------------------------------------------ money online

    @rule(who=WHO, whole=st.booleans(), cents=CENTS, count=st.integers(1, 3))
    def start(self, who: str, whole: bool, cents: int, count: int) -> None:
        self._start(self.homes[who], None if whole else cents, count)

    def _start(self, home: Home, part: int | None, count: int) -> None:
        chosen = self._due(home)[:count]
        if chosen:
            first, *others = chosen
            ask = StartPayment(command_id=uuid4(), invoice_id=first, also=tuple(others), part_cents=part)
            with suppress(DomainError):
                payment = self.town.till.start(ask, home.parent).payment_id
                self.online.append(payment)
                self.owner[payment] = home
            self._learn()

    @precondition(lambda self: self.online)
    @rule(data=st.data(), paid=st.booleans(), told=st.booleans())
    def end(self, data: st.DataObject, paid: bool, told: bool) -> None:
        """The payer pays or lets the page expire; a notification comes, or the timer asks."""
        payment = data.draw(st.sampled_from(self.online))
        if self.town.provider.pages[f"page_{payment}"].progress is Progress.OPEN:
            if paid:
                self.town.provider.pay(payment)
            else:
                self.town.provider.set(payment, Progress.EXPIRED)
        if told:
            receive(self.town, payment, str(uuid4()))
            self.town.till.act()
        else:
            with suppress(ProviderAway):
                self.town.till.refresh(payment)
        self._learn()

    @rule()
    def replay(self) -> None:
        """Everything that was ever received is acted on again."""
        with self.engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE notification SET state = 'received', attempts = 0,"
                    " real_next_try_at = now() - random() * interval '1 hour'"
                )
            )
        while self.town.till.act():
            pass
        self._learn()

    @rule(who=WHO)
    def start_while_it_is_away(self, who: str) -> None:
        self.town.provider.away = True
        self._start(self.homes[who], None, 1)
        self.town.provider.away = False

    # ------------------------------------------------------------ money by hand

    @rule(who=WHO, cents=CENTS, means=st.sampled_from(Means))
    def take(self, who: str, cents: int, means: Means) -> None:
        home = self.homes[who]
        due = self._due(home)[:2]
        if due:
            with suppress(DomainError):
                self.town.till.close_pages(due)
                payment = take(self.town, *due, cents=cents, means=means)
                self.owner[payment], self.cents[payment] = home, cents
                home.owed -= cents
            self._learn()

    @rule(means=st.sampled_from(Means))
    def hand_on(self, means: Means) -> None:
        with suppress(DomainError):
            self.treasury += deposit(self.town, means).summary.cents

    # ------------------------------------------------------------ money back

    @precondition(lambda self: self.cents)
    @rule(data=st.data(), cents=CENTS, whole=st.booleans())
    def refund(self, data: st.DataObject, cents: int, whole: bool) -> None:
        payment = data.draw(st.sampled_from(list(self.cents)))
        with suppress(DomainError):
            give_back(self.town, payment, self.cents[payment] if whole else cents)
        self._take_up()

    @precondition(lambda self: self.cents)
    @rule(data=st.data(), cents=CENTS)
    def refund_whose_answer_is_lost(self, data: st.DataObject, cents: int) -> None:
        payment = data.draw(st.sampled_from(list(self.cents)))
        self.town.provider.mute = True
        with suppress(DomainError):
            give_back(self.town, payment, cents)
        self.town.provider.mute = False
        self._take_up()

    def _take_up(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE refund SET real_next_look_at = now() - interval '1 second'"))
        self.town.till.money_back.recover()

    @precondition(lambda self: self.town.provider.refunds)
    @rule(data=st.data())
    def bounce(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(list(self.town.provider.refunds)))
        self.town.provider.bounce(reference)
        payment = UUID(self.town.provider.refunds[reference].proof.removeprefix("debit_"))
        receive(self.town, payment, str(uuid4()), concern="refund", subject=reference)
        self.town.till.act()

    @precondition(lambda self: set(self.cents) & set(self.online))
    @rule(data=st.data(), progress=st.sampled_from(DisputeProgress))
    def contest(self, data: st.DataObject, progress: DisputeProgress) -> None:
        payment = data.draw(st.sampled_from([each for each in self.online if each in self.cents]))
        if self._went_back(payment):
            return  # the bank contests what is still there
        reference = self.town.provider.contest(payment, progress)
        receive(self.town, payment, str(uuid4()), concern="dispute", subject=reference)
        self.town.till.act()

    # ------------------------------------------------------------ what holds

    @invariant()
    def every_transaction_balances(self) -> None:
        unbalanced = (
            "SELECT count(*) FROM (SELECT 1 FROM ledger_entry GROUP BY transaction_id"
            " HAVING sum(amount_cents) <> 0) AS found"
        )
        assert self.town.count(unbalanced) == 0
        assert self.town.count("SELECT coalesce(sum(amount_cents), 0) FROM ledger_entry") == 0

    @invariant()
    def the_balance_of_a_family_is_the_sum_of_its_entries(self) -> None:
        for home in self.homes.values():
            with self.town.sessions.begin() as session:
                balance = ledger.balance_of(session, [home.family])
                left = sum(ledger.left_of(session, home.invoices).values()) if home.invoices else 0
            assert balance == left == home.owed + self._back(home)

    @invariant()
    def the_nightly_check_finds_nothing(self) -> None:
        with self.town.sessions.begin() as session:
            assert audit.check(session, NOW) == 0

    @invariant()
    def the_till_and_the_accountant_hold_what_was_taken(self) -> None:
        by_transfer = self.town.count(
            "SELECT coalesce(sum(amount_cents), 0) FROM refund WHERE way IN ('treasury', 'bounced') AND state = 'done'"
        )
        with self.town.sessions.begin() as session:
            held = ledger.totals(session).get(ledger.TREASURY, 0)
        assert held == self.treasury - by_transfer

    def _due(self, home: Home) -> list[UUID]:
        with self.town.sessions.begin() as session:
            left = ledger.left_of(session, home.invoices) if home.invoices else {}
        return [invoice for invoice in home.invoices if left.get(invoice, 0) > 0]

    def _learn(self) -> None:
        """Payments online that our books have received since the last time."""
        for payment in self.online:
            if payment not in self.cents and state(self.town, payment) is PaymentState.PAID:
                self.cents[payment] = self.town.provider.pages[f"page_{payment}"].amount_cents
                self.owner[payment].owed -= self.cents[payment]

    def _went_back(self, payment: UUID) -> int:
        query = "SELECT count(*) FROM refund WHERE payment_id = :payment AND state <> :failed"
        return self.town.count(query, payment=payment, failed=RefundState.FAILED.value)

    def _back(self, home: Home) -> int:
        """What went back to the family, or its bank took."""
        return self.town.count(
            "SELECT coalesce((SELECT sum(r.amount_cents) FROM refund r JOIN payment p USING (payment_id)"
            " WHERE p.family_id = :family AND r.state = 'done'), 0)"
            " + coalesce((SELECT sum(d.amount_cents) FROM dispute d JOIN payment p USING (payment_id)"
            " WHERE p.family_id = :family AND d.state = 'lost'), 0)",
            family=home.family,
        )
