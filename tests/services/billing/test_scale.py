"""A run's cost: statements do not grow with the number of families."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import event, text

from billing.accounting import ledger
from billing.invoicing import runs
from contracts.billing.runs import PublishRun
from tests.mothers.billing import NOW, OCTOBER
from tests.services.billing.conftest import Town, empty

_POPULATE = """
WITH families AS (
    INSERT INTO family (family_id, number, label, street, postcode, city, resident)
    SELECT gen_random_uuid(), 'F' || n, 'Famille ' || n, '1 rue du Pont', '26100', 'Romans-sur-Isère', n % 10 > 0
    FROM generate_series(1, :families) n RETURNING family_id, number
), guardians AS (
    INSERT INTO guardian SELECT family_id, gen_random_uuid(), gen_random_uuid(), 'Mme ' || number FROM families
), quotients AS (
    INSERT INTO family_quotient (family_id, month, euros)
    SELECT family_id, DATE '2026-09-01', 200 + substr(number, 2)::integer % 900 FROM families
), children AS (
    INSERT INTO child (child_id, first_name, last_name, birth_date)
    SELECT gen_random_uuid(), 'Enfant', number, DATE '2018-01-01' FROM families RETURNING child_id, last_name
), sessions AS (
    INSERT INTO settled_session (session_id, activity_code, place_code, day, slot)
    SELECT gen_random_uuid(), 'cantine', 'school-' || place, DATE '2026-10-01' + day, ''
    FROM generate_series(0, 19) day, generate_series(1, 20) place RETURNING session_id, place_code
)
INSERT INTO attendance (session_id, child_id, family_id, mark)
SELECT session_id, child_id, family_id, 'present'
FROM families JOIN children ON last_name = number
JOIN sessions ON place_code = 'school-' || (1 + substr(number, 2)::integer % 20)
"""


@contextmanager
def counted(town: Town) -> Iterator[list[str]]:
    """Every statement sent meanwhile."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(town.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(town.engine, "before_cursor_execute", note)


def bill(town: Town, families: int) -> int:
    """Drafts, checks and publishes a month of that many families; returns the number of statements."""
    empty(town.engine)
    town.offer()
    with town.engine.begin() as connection:
        connection.execute(text(_POPULATE), {"families": families})
    with counted(town) as sent:
        with town.sessions.begin() as session:
            run = runs.draft(session, OCTOBER, None, NOW)
        with town.sessions.begin() as session:
            runs.check(session, run.run_id, None, NOW)
        with town.sessions.begin() as session:
            runs.publish(session, PublishRun(command_id=uuid4(), run_id=run.run_id), None, NOW)
    assert families == town.count("SELECT count(*) FROM invoice")
    with town.sessions.begin() as session:
        assert sum(ledger.totals(session).values()) == 0
    return len(sent)


def test_the_number_of_statements_does_not_grow_with_the_families(town: Town) -> None:
    few, many = bill(town, 20), bill(town, 400)
    assert few == many < 60
