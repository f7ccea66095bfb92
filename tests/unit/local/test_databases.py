"""The tests' databases: who is slow to leave one is waited for, and a refusal keeps PostgreSQL's words."""

import pytest

from deploy.local.postgres import Server
from tests.providers import databases
from tests.providers.databases import Databases

IN_USE = 'psql: ERROR:  source database "billing" is being accessed by other users'


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements run; a made template of `billing`."""
    statements: list[str] = []
    monkeypatch.setattr(databases, "migrate", lambda service, url: None)
    monkeypatch.setattr(databases, "make_service", lambda server, service, password: "")
    monkeypatch.setattr(databases, "run_sql", lambda server, sql: statements.append(sql) or "")
    return statements


def refuse(monkeypatch: pytest.MonkeyPatch, *refusals: str) -> None:
    """The next statements fail with these words."""
    left, run = list(refusals), databases.run_sql

    def run_sql(server: Server, sql: str) -> str:
        if left and "pg_stat_activity" not in sql:
            raise RuntimeError(left.pop(0))
        return run(server, sql) or "client backend 4711 billing idle"

    monkeypatch.setattr(databases, "run_sql", run_sql)


def fresh() -> Databases:
    return Databases(Server("/nowhere", 5432, "postgres", ""))


def test_who_is_slow_to_leave_a_database_is_waited_for(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, IN_USE, IN_USE)
    with fresh().fresh("billing") as url:
        assert "billing_1" in url
        assert [statement.split()[0] for statement in said] == ["CREATE", "REVOKE"]
        refuse(monkeypatch, IN_USE)
    assert said[-1].startswith("DROP DATABASE")


def test_another_refusal_is_raised_at_once(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, "psql: FATAL:  sorry, too many clients already")
    with pytest.raises(RuntimeError, match="too many clients"), fresh().fresh("billing"):
        pass
    assert said == []


def test_in_the_end_it_is_said_who_is_there_still(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "PATIENCE", -1.0)
    refuse(monkeypatch, IN_USE)
    with (
        pytest.raises(RuntimeError, match=r"(?s)source database.*4711 billing idle"),
        fresh().fresh("billing"),
    ):
        pass
