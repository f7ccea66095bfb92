"""What debits cost does not grow with the families: statements are counted, on a real database."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from billing.debits import collecting
from contracts.billing.debits import CollectionState
from tests.mothers.bank_files import a_notice, a_returned_entry
from tests.services.billing.conftest import Town, empty
from tests.services.billing.streets import Street
from tests.services.billing.test_bank_files import read, record
from tests.services.billing.test_debits import make_file

SIZES = (3, 14)


def counted(town: Town, do: Callable[[], object]) -> int:
    """Statements sent, each row of an « executemany » being one, as it is to the server."""
    sent = []

    def listen(*given: object) -> None:
        rows = given[3]
        sent.append(len(rows) if given[5] and isinstance(rows, (list, tuple)) else 1)

    event.listen(town.engine, "before_cursor_execute", listen)
    do()
    event.remove(town.engine, "before_cursor_execute", listen)
    return sum(sent)


@pytest.mark.parametrize("excused", [False, True])
def test_the_banks_file_costs_the_same_statements_for_few_and_for_many(town: Town, excused: bool) -> None:
    counts = []
    for size in SIZES:
        empty(town.engine)
        street = Street(town, size, meals=2)
        if excused:
            street.excused()
        counts.append(counted(town, lambda of=street: make_file(town, of.collection)))
        shown = town.count("SELECT sum(amount_cents) FROM payment")
        assert shown == size * (2000 if excused else 4000)
    assert counts[0] == counts[1], counts


def test_giving_up_a_collection_costs_the_same_statements_for_few_and_for_many(town: Town) -> None:
    counts = []
    for size in SIZES:
        empty(town.engine)
        street = Street(town, size)

        def cancel(of: Street = street) -> None:
            with town.sessions.begin() as session:
                state = collecting.cancel(session, of.collection, town.clock.now()).state
                assert state is CollectionState.CANCELLED

        counts.append(counted(town, cancel))
        assert town.told("debit.withdrawn") == size
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize("code", ["AM04", "AC04"])
def test_recording_a_banks_file_costs_the_same_statements_for_few_and_for_many(town: Town, code: str) -> None:
    street = Street(town, sum(SIZES)).collected()
    day = street.due_on.isoformat()
    counts = []
    for some in (street.debits[: SIZES[0]], street.debits[SIZES[0] :]):
        file = read(town, a_notice(*(a_returned_entry(each, code, 2000, day) for each in some)))
        counts.append(counted(town, lambda of=file: record(town, of)))
    assert town.told("debit.rejected") == sum(SIZES)
    assert counts[0] == counts[1], counts
