"""Families told before billing kept civil status are told again without anybody's hand."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from billing.facts import missing
from contracts.events.billing import FamiliesMissed
from tests.mothers.billing import NOW
from tests.services.billing.conftest import Town


def told_before(town: Town, *families: UUID) -> None:
    """As the migration left what was told before it."""
    with town.sessions.begin() as session:
        session.execute(
            text(
                "UPDATE guardian SET title = '', first_name = '', last_name = '' WHERE family_id = ANY(:of)"
            ),
            {"of": list(families)},
        )


def ask(town: Town, days: int = 0) -> int:
    with town.sessions.begin() as session:
        return missing.ask_again(session, NOW + timedelta(days=days))


def asked(town: Town) -> list[set[UUID]]:
    with town.sessions.begin() as session:
        bodies = session.scalars(
            text(
                "SELECT CAST(body AS jsonb) -> 'data' FROM outbox WHERE name = 'families.missed' ORDER BY id"
            )
        )
        return [set(FamiliesMissed.model_validate(body).family_ids) for body in bodies]


def test_families_without_civil_status_are_asked_for_once_a_week_until_they_are_told(town: Town) -> None:
    old, whole = town.family(None, label="Ancien"), town.family(None)
    without_guardian = town.family()
    told_before(town, old)
    assert (ask(town), ask(town), ask(town, days=6)) == (1, 0, 0)
    assert ask(town, days=7) == 1
    assert asked(town) == [{old}, {old}]
    town.family(None, label="Ancien", family_id=old)
    assert ask(town, days=30) == 0
    assert {whole, without_guardian}.isdisjoint(asked(town)[0])


def test_they_are_asked_for_a_few_at_a_time_and_all_in_the_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "MOST_AT_ONCE", 2)
    families = {town.family(None) for _ in range(5)}
    told_before(town, *families)
    assert [ask(town) for _ in range(4)] == [2, 2, 1, 0]
    assert set.union(*asked(town)) == families
