"""Billing on its own database, empty before each test: facts in, runs and payments out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from billing.facts import consumption, copies
from billing.invoicing import desk, fund_scopes, runs
from billing.models import Base
from billing.paying import funds
from billing.paying.providers import Providers
from billing.paying.till import Till
from billing.tariffs import tariff_book
from contracts.billing.funds import OpenFund, SetFundScope
from contracts.billing.runs import OpenRun, PublishRun, RunView
from contracts.billing.tariffs import BandsRule, EffortRule, FixedRule
from contracts.events.attendance import Mark
from tests.mothers.billing import (
    NOW,
    OCTOBER,
    a_booking,
    a_canteen,
    a_child,
    a_family,
    a_school,
    a_sheet,
    a_tariff,
    a_wednesday,
)
from tests.services.billing.provider_double import BooksDouble


@dataclass
class FixedClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class Town:
    """Billing's side of a town: what the others would have told it."""

    engine: Engine
    clock: FixedClock = field(default_factory=FixedClock)
    provider: BooksDouble = field(default_factory=BooksDouble)
    _versions: dict[object, int] = field(default_factory=dict)

    @property
    def sessions(self) -> sessionmaker[Session]:
        return sessionmaker(self.engine, expire_on_commit=False)

    @property
    def till(self) -> Till:
        return Till(self.sessions.begin, Providers(self.provider), self.clock, "https://site")

    def version(self, subject: object) -> int:
        self._versions[subject] = self._versions.get(subject, 0) + 1
        return self._versions[subject]

    def offer(self, canteen: BandsRule | EffortRule | FixedRule | None = None) -> None:
        """The canteen (banded unless told otherwise) and the Wednesdays (12 € the day), with their school."""
        with self.sessions.begin() as session:
            copies.keep_activity(session, a_canteen(), self.version("cantine"))
            copies.keep_activity(session, a_wednesday(), self.version("mercredi"))
            copies.keep_place(session, a_school(), self.version("school"))
            wednesday = a_tariff("mercredi", FixedRule(cents=1200))
            for tariff in (a_tariff(rule=canteen) if canteen else a_tariff(), wednesday):
                tariff_book.publish(session, tariff, None, self.clock.now(), self.clock.now().date())

    def family(
        self,
        *accounts: UUID | None,
        quotient: int | None = 620,
        label: str = "Ferrand",
        family_id: UUID | None = None,
        resident: bool = True,
    ) -> UUID:
        family_id = family_id or uuid4()
        fact = a_family(family_id, *accounts, quotient=quotient, label=label, resident=resident)
        with self.sessions.begin() as session:
            copies.keep_family(session, fact, self.version(family_id))
        return family_id

    def child(self, first_name: str = "Léa", born: date = date(2019, 5, 4), *families: UUID) -> UUID:
        child_id = uuid4()
        with self.sessions.begin() as session:
            copies.keep_child(session, a_child(child_id, first_name, born, *families), 1)
        return child_id

    def sheet(
        self,
        day: date,
        *lines: tuple[UUID, UUID, Mark],
        activity: str = "cantine",
        session_id: UUID | None = None,
    ) -> UUID:
        """A roll-call settled; with `session_id`, a correction of that one."""
        session_id = session_id or uuid4()
        with self.sessions.begin() as session:
            fact = a_sheet(session_id, day, *lines, activity=activity)
            consumption.settle_session(session, fact, self.version(session_id))
        return session_id

    def meals(self, child: UUID, family: UUID, count: int, month: date = OCTOBER) -> list[UUID]:
        """Present at the canteen on the first `count` days of the month."""
        return [self.sheet(month.replace(day=day + 1), (child, family, Mark.PRESENT)) for day in range(count)]

    def booking(self, child: UUID, family: UUID, day: date, session_id: UUID | None = None) -> UUID:
        session_id = session_id or uuid4()
        with self.sessions.begin() as session:
            consumption.keep_booking(session, a_booking(session_id, child, family, day), 1, standing=True)
        return session_id

    def fund(self, code: str, name: str, *activities: str, since: date = date(2026, 9, 1)) -> str:
        """A second fund that bills these activities."""
        with self.sessions.begin() as session:
            funds.open_fund(session, OpenFund(command_id=uuid4(), code=code, name=name))
            for activity in activities:
                ask = SetFundScope(command_id=uuid4(), activity_code=activity, fund=code, since=since)
                fund_scopes.set_scope(session, ask, "R. Sabatier", self.clock.now())
        return code

    def draft(self, month: date = OCTOBER, fund: str = "") -> RunView:
        with self.sessions.begin() as session:
            run = runs.draft(session, month, None, self.clock.now(), fund)
            return desk.run_view(session, OpenRun(run_id=run.run_id))

    def publish(self, run_id: UUID) -> RunView:
        """Checks and publishes."""
        with self.sessions.begin() as session:
            runs.check(session, run_id, None, self.clock.now())
        with self.sessions.begin() as session:
            runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, self.clock.now())
            return desk.run_view(session, OpenRun(run_id=run_id))

    def run(self, month: date = OCTOBER, fund: str = "") -> RunView:
        """Draft, check, publish."""
        return self.publish(self.draft(month, fund).summary.run_id)

    def invoice(self, cents: int = 4800, *accounts: UUID) -> UUID:
        """A published invoice of that amount for a new family of these accounts."""
        account_ids = accounts or (uuid4(),)
        self.offer(FixedRule(cents=cents))
        family = self.family(*account_ids)
        self.meals(self.child(), family, 1)
        return self.only_invoice(self.run(), family)

    def only_invoice(self, view: RunView, family: UUID) -> UUID:
        found = [row.invoice_id for row in view.invoices if row.family_id == family]
        assert found
        assert found[0] is not None
        return found[0]

    def count(self, query: str, **arguments: object) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(query), arguments).scalar_one() or 0)

    def told(self, name: str) -> int:
        """Facts of that name waiting in the outbox."""
        return self.count("SELECT count(*) FROM outbox WHERE name = :name", name=name)


@pytest.fixture(scope="module")
def engine(database: Callable[[str], str]) -> Iterator[Engine]:
    engine = create_engine(database("billing"), pool_size=20, connect_args={"options": "-c timezone=UTC"})
    yield engine
    engine.dispose()


@pytest.fixture
def town(engine: Engine) -> Town:
    empty(engine)
    return Town(engine)


@contextmanager
def unguarded(engine: Engine) -> Iterator[Connection]:
    """A transaction for which the guards of what is written once stand aside: a hand that may do anything."""
    with engine.begin() as connection:
        guards = connection.execute(
            text("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        ).all()
        for table, trigger in guards:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
        yield connection
        for table, trigger in guards:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}"))


def empty(engine: Engine) -> None:
    """Forgets everything but the fund."""
    tables = [table.name for table in Base.metadata.sorted_tables if table.name != "fund"]
    with unguarded(engine) as connection:
        names = ", ".join([*tables, "outbox", "inbox", "command", "seen"])
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        connection.execute(
            text(
                "INSERT INTO fund (code, name) VALUES ('ENF', 'Régie Enfance et Restauration scolaire') ON CONFLICT DO NOTHING"
            )
        )
        connection.execute(text("DELETE FROM fund WHERE code <> 'ENF'"))
        connection.execute(
            text("INSERT INTO fund_scope VALUES ('', '', DATE '2000-01-01', 'ENF', now(), '')")
        )
