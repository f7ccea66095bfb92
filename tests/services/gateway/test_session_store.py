"""Browser sessions on a real PostgreSQL, through the migrations."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.exc import IntegrityError

from chassis.database import engine_for, sessions_for
from contracts.caller import Kind, Role
from gateway.browser.session_store import DatabaseStore, SessionRecord
from gateway.models import Base

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ACCOUNT = UUID(int=1)


@pytest.fixture(scope="module")
def store(database: Callable[[str], str]) -> DatabaseStore:
    engine = engine_for(database("gateway"))
    yield DatabaseStore(sessions_for(engine))
    engine.dispose()


def a_session(account_id: UUID = ACCOUNT, **changes: object) -> SessionRecord:
    given = {
        "session_id": uuid4(),
        "token_hash": uuid4().bytes * 2,
        "kind": Kind.AGENT,
        "account_id": account_id,
        "name": "Mme Zoé Nguyễn",
        "roles": frozenset({Role.BILLING, Role.HEALTH}),
        "address": "203.0.113.9",
        "browser": "Firefox",
        "created_at": NOW,
        "seen_at": NOW,
        "expires_at": NOW + timedelta(hours=10),
        "last_sign_in": NOW - timedelta(days=3),
        "data": {"step": 2},
        "vault_key": b"\x00sealed",
    }
    return SessionRecord(**{**given, **changes})


def test_what_was_kept_is_found_by_the_tokens_hash_alone(store):
    record = a_session()
    store.add(record)
    assert store.find(record.token_hash) == record
    assert store.find(b"another") is None


def test_two_sessions_never_share_a_token(store):
    record = a_session()
    store.add(record)
    with pytest.raises(IntegrityError):
        store.add(a_session(token_hash=record.token_hash))


def test_what_a_session_carries_can_be_replaced(store):
    record = a_session()
    store.add(record)
    store.touch(record.session_id, NOW + timedelta(minutes=5))
    store.write(record.session_id, data={"step": 3}, vault_key=None)
    found = store.find(record.token_hash)
    assert (found.seen_at, found.data, found.vault_key) == (NOW + timedelta(minutes=5), {"step": 3}, None)


def test_only_its_own_account_ends_a_session(store):
    record = a_session(account_id=uuid4())
    store.add(record)
    assert store.remove(record.session_id, ACCOUNT) is False
    assert store.remove(record.session_id, record.account_id) is True
    assert store.find(record.token_hash) is None


def test_all_but_one_session_of_an_account_can_be_ended(store):
    account = uuid4()
    kept, *others = [a_session(account, seen_at=NOW + timedelta(minutes=n)) for n in range(3)]
    for record in (kept, *others):
        store.add(record)
    assert [each.session_id for each in store.of_account(account)][-1] == kept.session_id
    assert store.remove_all(account, but=kept.session_id) == 2
    assert store.of_account(account) == [kept]


def test_sessions_past_their_end_are_forgotten(store):
    record = a_session(expires_at=NOW - timedelta(seconds=1))
    store.add(record)
    assert store.purge(NOW) >= 1
    assert store.find(record.token_hash) is None


def test_the_tables_are_those_the_code_expects(database):
    engine = engine_for(database("gateway"))
    real = MetaData()
    real.reflect(engine, only=["browser_session"])
    ours = Base.metadata.tables["browser_session"]
    found = {
        column.name: (str(column.type.compile(engine.dialect)), column.nullable, column.comment)
        for column in real.tables["browser_session"].columns
    }
    expected = {
        column.name: (str(column.type.compile(engine.dialect)), column.nullable, column.comment)
        for column in ours.columns
    }
    assert found == expected
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM browser_session")) >= 0
    engine.dispose()
