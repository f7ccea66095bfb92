"""A run whose connection is cut at each of its statements in turn: all or nothing, and doing it again is resuming."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from billing.accounting import ledger
from billing.invoicing import runs
from contracts.billing.runs import PublishRun, RunState
from tests.mothers.billing import NOW, OCTOBER
from tests.services.billing.conftest import Town

FAMILIES, MEALS = 4, 6


@contextmanager
def cut_before(town: Town, number: int) -> Iterator[list[int]]:
    """The server ends the connection just before its statement of that number, counted from 1. Yields how many were sent."""
    sent = [0]

    def cut(connection: object, cursor: object, *_: object) -> None:
        sent[0] += 1
        if sent[0] == number:
            pid = cursor.connection.get_backend_pid()  # type: ignore[attr-defined]
            with town.engine.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")

    def guarded(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "pg_terminate_backend" not in statement:
            cut(connection, cursor, *rest)

    event.listen(town.engine, "before_cursor_execute", guarded)
    try:
        yield sent
    finally:
        event.remove(town.engine, "before_cursor_execute", guarded)


def killed_everywhere(town: Town, act: Callable[[], object], after: Callable[[], None]) -> int:
    """Does it again and again, cut one statement later each time, until it goes through. How often it was cut."""
    for number in range(1, 100):
        with cut_before(town, number) as sent:
            try:
                act()
            except DBAPIError:
                after()
                continue
        assert sent[0] < number
        return number - 1
    raise AssertionError("it never went through")


@pytest.fixture
def billed(town: Town) -> Town:
    """Families with a month to bill, one of them under 15 €."""
    town.offer()
    for number in range(FAMILIES):
        town.meals(town.child(), town.family(label=f"Famille {number}"), MEALS)
    town.meals(town.child(), town.family(label="Petite"), 2)
    return town


def draft(town: Town) -> UUID:
    with town.sessions.begin() as session:
        return runs.draft(session, OCTOBER, None, NOW).run_id


def check(town: Town, run_id: UUID) -> None:
    with town.sessions.begin() as session:
        runs.check(session, run_id, None, NOW)


def publish(town: Town, run_id: UUID) -> None:
    with town.sessions.begin() as session:
        runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, NOW)


def test_a_draft_cut_anywhere_leaves_nothing_and_is_made_again(billed: Town) -> None:
    def nothing_is_left() -> None:
        assert billed.count("SELECT count(*) FROM run") == 0
        assert billed.count("SELECT count(*) FROM draft_charge") == 0
        assert billed.told("run.drafted") == 0

    assert killed_everywhere(billed, lambda: draft(billed), nothing_is_left) > 10
    assert billed.count("SELECT count(*) FROM run WHERE state = 'draft'") == 1
    assert billed.count("SELECT count(*) FROM draft_charge") == FAMILIES * MEALS + 2


def test_a_check_cut_anywhere_leaves_a_draft(billed: Town) -> None:
    run_id = draft(billed)

    def it_is_a_draft() -> None:
        assert billed.count("SELECT count(*) FROM run WHERE state = 'draft'") == 1

    assert killed_everywhere(billed, lambda: check(billed, run_id), it_is_a_draft) >= 2
    assert billed.count("SELECT count(*) FROM run WHERE state = 'checked'") == 1


def test_a_publication_cut_anywhere_uses_no_number_and_publishing_again_resumes(billed: Town) -> None:
    run_id = draft(billed)
    check(billed, run_id)

    def nothing_is_published() -> None:
        assert billed.count("SELECT count(*) FROM run WHERE state = 'checked'") == 1
        for table in ("invoice", "charge", "ledger_entry", "numbering"):
            assert billed.count(f"SELECT count(*) FROM {table}") == 0, table
        assert billed.told("invoice.published") == 0

    assert killed_everywhere(billed, lambda: publish(billed, run_id), nothing_is_published) > 10
    with billed.engine.connect() as connection:
        numbers = connection.execute(text("SELECT sequence FROM invoice ORDER BY sequence")).scalars().all()
    assert numbers == list(range(1, FAMILIES + 1))
    assert billed.told("invoice.published") == FAMILIES
    assert billed.count("SELECT count(DISTINCT family_id) FROM invoice") == FAMILIES
    assert billed.count("SELECT sum(quantity * unit_cents) FROM charge") == FAMILIES * MEALS * 320
    with billed.sessions.begin() as session:
        assert sum(ledger.totals(session).values()) == 0


def test_a_publication_whose_answer_was_lost_is_published_once(billed: Town) -> None:
    """Killed after the commit: the agent presses again."""
    run_id = draft(billed)
    check(billed, run_id)
    publish(billed, run_id)
    publish(billed, run_id)
    assert (billed.count("SELECT count(*) FROM invoice"), billed.told("invoice.published")) == (
        FAMILIES,
        FAMILIES,
    )


def test_a_run_after_a_cut_one_goes_on_with_the_next_number(billed: Town) -> None:
    run_id = draft(billed)
    check(billed, run_id)
    with cut_before(billed, 12), pytest.raises(DBAPIError):
        publish(billed, run_id)
    with billed.sessions.begin() as session:
        assert runs.discard(session, run_id).state is RunState.DISCARDED
    billed.run()
    billed.meals(billed.child("Zoé"), billed.family(label="Nouvelle"), MEALS)
    billed.run()
    with billed.engine.connect() as connection:
        numbers = connection.execute(text("SELECT sequence FROM invoice ORDER BY sequence")).scalars().all()
    assert numbers == list(range(1, FAMILIES + 2))
