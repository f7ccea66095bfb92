"""The documents service over a real database and a real object store, and the site in front of it.

`vaults` calls the service's own methods, each question and answer through JSON as on the wire; only the broker is
left out. `browser` is a signed-in parent whose vault was opened by signing in with a password.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from chassis.database import engine_for, sessions_for
from chassis.objects import Objects
from chassis.settings import Settings
from contracts.accounts.own_account import WrongPassword
from contracts.accounts.ways_in import ConfirmPassword
from contracts.caller import Caller, Kind, Role
from contracts.documents.sealed import BUCKET, PREVIEW
from contracts.messages import Question
from deploy.local.seaweed import ObjectStore
from documents.service import DocumentsService
from documents.town_key import TownKey
from gateway.vault import keys, store
from gateway.vault.grants import DatabaseGrants
from tests.unit.gateway import applications
from tests.unit.gateway.conftest import Browser, Site, lent_site
from tests.unit.gateway.doubles import SetClock

PASSWORD = "une longue phrase de passe 26"
REQUESTS_KEY = base64.b64encode(bytes(range(7, 39))).decode()


@dataclass
class Vaults:
    """The service and what stands behind it."""

    engine: Engine
    grants_engine: Engine
    objects: Objects
    settings: Settings
    clock: SetClock = field(default_factory=SetClock)
    asked: list[Question[Any]] = field(default_factory=list)
    passwords: dict[UUID | None, str] = field(default_factory=dict)
    """account → the password it signed in with last: what accounts, not here, would hold against."""

    def __post_init__(self) -> None:
        self.service = object.__new__(DocumentsService)
        self.service.look = sessions_for(self.engine)
        self.service.begin = self.service.look.begin
        self.service.clock = self.clock
        self.service.settings = self.settings
        self.service.objects = self.service.prompt_objects = self.objects
        self.service.town = TownKey.read(self.settings.need("requests_key"))

    def ask(self, question: Question[Any], caller: Caller) -> Any:
        """The service's answer, both ways through JSON."""
        self.asked.append(question)
        if isinstance(question, ConfirmPassword):
            if question.password != self.passwords.get(caller.account_id):
                raise WrongPassword
            return None
        asked = type(question).model_validate_json(question.model_dump_json())
        answer = getattr(self.service, question.method())(asked, caller)
        adapter = question.answer_adapter()
        return adapter.validate_json(adapter.dump_json(answer))

    def try_all(self, caller: Caller, *questions: Question[Any]) -> list[Any]:
        outcomes: list[Any] = []
        for question in questions:
            try:
                outcomes.append(self.ask(question, caller))
            except Exception as refusal:
                outcomes.append(refusal)
        return outcomes

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), values))

    def execute(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def documents_in_bucket(self) -> set[str]:
        """Without what they look like."""
        return {key for key in self.keys_in_bucket() if not key.endswith(PREVIEW)}

    def keys_in_bucket(self) -> set[str]:
        return {each.key for each in self.objects.list(BUCKET)}


def citizen(account_id: UUID, name: str = "Mme Léa Martin") -> Caller:
    return Caller(kind=Kind.CITIZEN, account_id=account_id, name=name)


def agent(*roles: Role, name: str = "Paul Durand") -> Caller:
    return Caller(kind=Kind.AGENT, account_id=uuid4(), name=name, roles=frozenset(roles))


@pytest.fixture(scope="module")
def all_vaults(database: Callable[[str], str], objectstore: ObjectStore) -> Iterator[Vaults]:
    settings = Settings(database_url=database("documents"), s3_url=objectstore.url, requests_key=REQUESTS_KEY)
    objects = Objects(settings)
    objects.ensure(BUCKET)
    engine, grants_engine = engine_for(settings.database_url), engine_for(database("gateway"))
    yield Vaults(engine, grants_engine, objects, settings)
    engine.dispose()
    grants_engine.dispose()


@pytest.fixture
def vaults(all_vaults: Vaults, monkeypatch: pytest.MonkeyPatch) -> Vaults:
    """The service; keys are derived cheaply."""
    monkeypatch.setattr(keys.wrap, "__defaults__", (1, 8192))
    all_vaults.clock.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    all_vaults.asked.clear()
    all_vaults.service.objects = all_vaults.service.prompt_objects = all_vaults.objects
    return all_vaults


@pytest.fixture
def vault_site(vaults: Vaults) -> Iterator[Site]:
    """The site, in front of the real service, store and table of grants."""
    with lent_site(database_url="unused", s3_url=vaults.settings.s3_url) as site:
        applications.wire(site.app, vaults, site.sessions, vaults.clock, site.real_clock)
        with site.app.app_context():
            store.use(vaults.objects, DatabaseGrants(vaults.grants_engine))
        yield site


def sign_in(site: Site, account_id: UUID | None = None, password: str = PASSWORD) -> Browser:
    """A parent who signs in: the vault is made or opened with the password, as the sign-in page does it."""
    from gateway.vault import at_sign_in

    account_id = account_id or uuid4()
    site.app.extensions["espace"].client.passwords[account_id] = password
    with site.app.test_request_context("/connexion"):
        private = at_sign_in(account_id, password)
    browser = site.citizen(account_id=account_id, vault_private_key=private)
    browser.account_id = account_id  # type: ignore[attr-defined]
    browser.private = private  # type: ignore[attr-defined]
    return browser
