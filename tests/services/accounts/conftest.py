"""The service on a real database, called as the broker would call it; time is given, files lie in a dictionary."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from nameko.testing.services import worker_factory
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from accounts.household.places import keep
from accounts.identity.journal_models import AccountEvent
from accounts.mailing.mail_models import Mail
from accounts.models import Base
from accounts.service import AccountsService
from chassis.database import engine_for, sessions_for
from chassis.settings import Settings
from contracts.accounts.identity import ConfirmEmail
from contracts.accounts.imports import (
    ApplyImport,
    DecideImport,
    FileReference,
    ImportView,
    OpenImport,
    StartImport,
)
from contracts.accounts.keys import IssueKeys
from contracts.caller import SYSTEM
from contracts.events.offer import PlaceUpdated
from contracts.messages import Question
from tests.mothers import accounts as mother

LINK = re.compile(r"https?://\S+/(?:creer-mon-espace/confirmer|mot-de-passe)/(\S+)")


class TestClock:
    """Stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.at = mother.NOW

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Desk:
    """The service and the few acts that every test needs."""

    service: Any
    begin: Callable[[], AbstractContextManager[Session]]
    clock: TestClock
    real_clock: TestClock
    engine: Engine
    files: dict[str, bytes] = field(default_factory=dict)

    def ask(self, question: Question[Any], caller: Any = SYSTEM) -> Any:
        return getattr(self.service, question.method())(question, caller)

    def start(self, school: str = "jacquemart", place_code: str = mother.SCHOOL) -> ImportView:
        pupils, guardians = mother.export(school)
        return self.start_with(pupils, guardians, place_code)

    def start_with(self, pupils: bytes, guardians: bytes, place_code: str = mother.SCHOOL) -> ImportView:
        keys = [uuid4().hex, uuid4().hex]
        self.files.update(zip(keys, (pupils, guardians), strict=True))
        references = [FileReference(key=key, name="export.csv") for key in keys]
        return self.ask(
            StartImport(
                command_id=uuid4(), place_code=place_code, pupils=references[0], guardians=references[1]
            ),
            mother.an_agent(),
        )

    def decide(self, import_id: UUID, code: str = "two_homes") -> ImportView:
        """Answers every doubt: this answer where it is offered, else the first."""
        doubts = self.ask(OpenImport(import_id=import_id)).doubts
        choices = {
            doubt.doubt_id: next(
                (option.value for option in doubt.options if option.code == code), doubt.options[0].value
            )
            for doubt in doubts
        }
        return self.ask(DecideImport(command_id=uuid4(), import_id=import_id, choices=choices))

    def apply(self, import_id: UUID) -> ImportView:
        return self.ask(ApplyImport(command_id=uuid4(), import_id=import_id))

    def fill(self, school: str = "jacquemart", code: str = "two_homes") -> ImportView:
        started = self.start(school)
        self.decide(started.import_id, code)
        return self.apply(started.import_id)

    def mails(self, to: str = "") -> list[Mail]:
        with self.begin() as session:
            wanted = select(Mail).order_by(Mail.created_at, text("xmin::text::bigint"))
            return list(session.scalars(wanted.where(Mail.to == to) if to else wanted))

    def link(self, to: str) -> str:
        """The token in the last mail to this address."""
        found = LINK.findall(self.mails(to)[-1].text)
        return found[-1]

    def parent(self, email: str = "lea.martin@exemple.fr", **names: str) -> UUID:
        """A confirmed account."""
        self.ask(mother.a_registration(email=email, **names))
        self.ask(ConfirmEmail(command_id=uuid4(), token=self.link(email)))
        with self.begin() as session:
            return session.execute(
                text("SELECT account_id FROM account WHERE email = :email"), {"email": email}
            ).scalar_one()

    def keys(self, *guardian_ids: UUID, command_id: UUID | None = None) -> dict[UUID, str]:
        letters = self.ask(
            IssueKeys(command_id=command_id or uuid4(), guardian_ids=list(guardian_ids)), mother.an_agent()
        )
        return {letter.guardian_id: letter.key for letter in letters}

    def guardian(self, last_name: str, first_name: str = "") -> list[UUID]:
        with self.begin() as session:
            rows = session.execute(
                text(
                    "SELECT guardian_id FROM guardian WHERE last_name ILIKE :last AND first_name ILIKE :first"
                    " ORDER BY family_id"
                ),
                {"last": last_name, "first": first_name or "%"},
            )
            return [row[0] for row in rows]

    def facts(self, name: str) -> list[dict[str, Any]]:
        with self.begin() as session:
            rows = session.execute(text("SELECT body FROM outbox WHERE name = :n ORDER BY id"), {"n": name})
            return [json.loads(row[0]) for row in rows]

    def journal(self, account_id: UUID) -> list[str]:
        """The actions written down on an account, oldest first."""
        with self.begin() as session:
            wanted = select(AccountEvent.action).where(AccountEvent.account_id == account_id)
            return list(session.scalars(wanted.order_by(text("xmin::text::bigint"))))

    def count(self, table: str) -> int:
        with self.begin() as session:
            return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()

    def dump(self) -> str:
        """Every value of every table, as a thief of the database would read it."""
        with self.begin() as session:
            tables = session.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).all()
            return "\n".join(
                str(row)
                for table in tables
                for row in session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t"))
            )


@pytest.fixture(scope="module")
def engine(database: Callable[[str], str]) -> Iterator[Engine]:
    made = engine_for(database("accounts"), 20)
    yield made
    made.dispose()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """An empty town with one school."""
    names = [*Base.metadata.tables, "outbox", "inbox", "command", "seen"]
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))
    clock = TestClock()
    settings = Settings(
        activation_pepper="pepper of the tests",
        health_key="health key of the tests",
        second_factor_key="second factor key of the tests",
        public_url="https://espace.exemple.fr",
        s3_url="",
        sms_address="{number}@sms.exemple.fr",
    )
    sessions = sessions_for(engine)
    begin = sessions.begin
    real_clock = TestClock()
    service = worker_factory(
        AccountsService, begin=begin, look=sessions, clock=clock, real_clock=real_clock, settings=settings
    )
    made = Desk(service, begin, clock, real_clock, engine)
    service._fetch = lambda file: made.files[file.key]
    service._delete_files = lambda: None
    with begin() as session:
        keep(
            session,
            PlaceUpdated(place_code=mother.SCHOOL, place_name="École Jacquemart", city="Romans-sur-Isère"),
        )
        keep(
            session,
            PlaceUpdated(place_code="0260002B", place_name="École de l’Écosserie", city="Romans-sur-Isère"),
        )
    return made
