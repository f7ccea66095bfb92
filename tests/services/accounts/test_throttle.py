"""Counting attempts on a real database: as the rule says, and all the same when many come at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Attempt
from chassis import throttle
from contracts.errors import TooManyAttempts
from tests.mothers.accounts import NOW
from tests.services.accounts.conftest import Desk


def attempt(desk: Desk, subjects: list[throttle.Subject], at: timedelta = timedelta()) -> int:
    """Seconds to wait; 0 when the attempt was counted."""
    try:
        with desk.begin() as session:
            throttle.count(session, subjects, NOW + at)
    except TooManyAttempts as refused:
        return int(str(refused.details["retry_after"]))
    return 0


@pytest.mark.parametrize("limit", [throttle.ACCOUNT, throttle.ADDRESS, throttle.MAILS, throttle.FETCHES])
def test_the_database_waits_as_long_as_the_rule_says(desk: Desk, limit: throttle.Limit) -> None:
    subject = throttle.Subject("test:account:one", limit)
    at = timedelta()
    for failures in range(1, limit.free + 16):
        assert attempt(desk, [subject], at) == 0
        wait = throttle.wait_after(failures, limit)
        if wait:
            assert attempt(desk, [subject], at) == wait.total_seconds() + 1
            assert attempt(desk, [subject], at + wait - timedelta(seconds=1)) == 2
        at += wait


def test_one_subject_that_waits_holds_back_the_attempt_and_counts_nothing_on_the_other(desk: Desk) -> None:
    account, address = throttle.on_account("t", "one"), throttle.on_address("t", "192.0.2.1")
    for _ in range(6):
        attempt(desk, [account, throttle.on_address("t", "192.0.2.9")])
    assert attempt(desk, [account, address]) == 16
    assert [attempt(desk, [address]) for _ in range(throttle.ADDRESS.free)] == [0] * throttle.ADDRESS.free


def test_many_at_once_gain_nothing(desk: Desk) -> None:
    subjects = [throttle.on_account("t", "hot"), throttle.on_address("t", "192.0.2.2")]
    with ThreadPoolExecutor(12) as threads:
        waits = list(threads.map(lambda _: attempt(desk, subjects), range(40)))
    assert waits.count(0) == throttle.ACCOUNT.free + 1
    assert set(waits) == {0, 16}


def test_a_success_clears_the_account_and_takes_one_from_the_address(desk: Desk) -> None:
    account, address = throttle.on_account("t", "two"), throttle.on_address("t", "192.0.2.3")
    for _ in range(4):
        attempt(desk, [account, address])
    with desk.begin() as session:
        throttle.succeed(session, account, address)
        assert counts(session) == {address.name: 3}


def test_a_day_without_attempt_is_forgotten(desk: Desk) -> None:
    subject = throttle.on_account("t", "three")
    for _ in range(6):
        attempt(desk, [subject])
    later = throttle.FORGOTTEN_AFTER + timedelta(seconds=1)
    assert [attempt(desk, [subject], later) for _ in range(throttle.ACCOUNT.free)] == [0] * 5


def counts(session: Session) -> dict[str, int]:
    return {row.subject: row.failures for row in session.scalars(select(Attempt))}
