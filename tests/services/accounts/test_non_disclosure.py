"""No form says whether an account exists: not by its words, not by the work it makes, not by the time it takes.

Known and unknown addresses are asked for in turns. What is compared of the time is a ratio of medians in one run, so
that a slow machine slows both sides; what is compared of the work is the number of statements and of passwords hashed,
which a noisy clock cannot hide.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text

from accounts.identity import passwords
from contracts.accounts.identity import AskReset, OpenAccount, Register, SignIn
from contracts.caller import SYSTEM, Caller, Kind
from contracts.messages import Question
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk

ROUNDS, PAIRS = 4, 20
ACCOUNTS = 2 + ROUNDS * PAIRS
ALIKE = (0.8, 1.25)
"""Ratio that passes for the same time. Telling an account by a quarter of 100 ms over a network, at five free attempts
per address, is not to be had."""


@dataclass
class Work:
    """What one asking made the service do."""

    statements: list[str] = field(default_factory=list)
    hashes: int = 0


@contextmanager
def watching(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    work = Work()

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        work.statements.append(" ".join(statement.split()[:3]))

    def counted(run: Callable[..., Any]) -> Callable[..., Any]:
        def one_more(*args: Any, **kwargs: Any) -> Any:
            work.hashes += 1
            return run(*args, **kwargs)

        return one_more

    event.listen(desk.engine, "before_cursor_execute", note)
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "in_thread", counted(passwords.in_thread))
        yield work
    event.remove(desk.engine, "before_cursor_execute", note)


@dataclass
class Stranger:
    """A visitor whose every attempt comes from another address, to accounts that have not been tried before."""

    desk: Desk
    tried: int = 0

    def ask(self, question: Question[Any]) -> str:
        """What the visitor is told: nothing, or a refusal with all it carries."""
        self.tried += 1
        caller = Caller(address=f"203.0.{self.tried // 250}.{self.tried % 250}")
        try:
            return repr(self.desk.ask(question, caller))
        except Exception as refusal:
            return f"{type(refusal).__name__} {refusal}"


def a_sign_in(email: str) -> SignIn:
    return mother.a_sign_in(email=email, password="une autre phrase sans rapport")


def a_reset(email: str) -> AskReset:
    return AskReset(command_id=uuid4(), kind=Kind.CITIZEN, email=email)


def an_agents_reset(email: str) -> AskReset:
    return AskReset(command_id=uuid4(), kind=Kind.AGENT, email=email)


def a_registration(email: str) -> Register:
    return mother.a_registration(email=email)


FORMS = [a_sign_in, a_reset, an_agents_reset, a_registration]


@pytest.fixture
def stranger(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Stranger:
    """Accounts `known0@…`, `known1@…` and so on exist; `nobody0@…`, `nobody1@…` do not."""
    # The same for all: made once, it is judged as often as asked.
    kept = passwords.hash_password(mother.PASSWORD)
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "hash_password", lambda _password: kept)
        for number in range(ACCOUNTS):
            desk.ask(
                OpenAccount(
                    command_id=uuid4(),
                    first_name="Léa",
                    last_name="Martin",
                    email=f"known{number}@exemple.fr",
                    password=mother.PASSWORD,
                ),
                SYSTEM,
            )
    with desk.begin() as session:
        # Agents of the same addresses, each with a password to forget.
        session.execute(
            text(
                "INSERT INTO account (account_id, kind, email, first_name, last_name, password_hash, created_at)"
                " SELECT gen_random_uuid(), 'agent', email, first_name, last_name, password_hash, created_at FROM account"
            )
        )
    return Stranger(desk)


@pytest.mark.parametrize("form", FORMS)
def test_the_answer_is_the_same_for_an_address_that_has_an_account(
    stranger: Stranger, form: Callable[[str], Question[Any]]
) -> None:
    assert stranger.ask(form("known0@exemple.fr")) == stranger.ask(form("nobody0@exemple.fr"))


@pytest.mark.parametrize("form", FORMS)
def test_the_work_is_the_same_for_an_address_that_has_an_account(
    stranger: Stranger, form: Callable[[str], Question[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    for email in ("warm@exemple.fr", "known1@exemple.fr", "nobody1@exemple.fr"):
        with watching(stranger.desk, monkeypatch) as work:
            stranger.ask(form(email))
        done.append(work)
    _, known, unknown = done
    assert known.hashes == unknown.hashes
    assert len(known.statements) == len(unknown.statements), (known.statements, unknown.statements)


@pytest.mark.parametrize("form", FORMS)
def test_the_time_is_the_same_for_an_address_that_has_an_account(
    stranger: Stranger, form: Callable[[str], Question[Any]]
) -> None:
    """A difference that the form makes is there in every round; one that a busy machine makes is not."""
    stranger.ask(form("warm@exemple.fr"))
    ratios = []
    for first in range(2, ACCOUNTS, PAIRS):
        ratios.append(compare(stranger, form, range(first, first + PAIRS)))
        if ALIKE[0] < ratios[-1] < ALIKE[1]:
            return
    pytest.fail(f"known / unknown, round by round: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


def test_a_form_that_judged_a_password_for_accounts_only_would_be_noticed(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda kept, typed: kept is not None and judge(kept, typed))

    assert compare(stranger, a_sign_in, range(2, 2 + PAIRS)) > ALIKE[1]


def compare(stranger: Stranger, form: Callable[[str], Question[Any]], numbers: range) -> float:
    """Time with an account / without, in turns; of each the lower quartile, since noise only ever adds."""
    took: dict[str, list[float]] = {"known": [], "nobody": []}
    for number in numbers:
        for who in ("known", "nobody") if number % 2 else ("nobody", "known"):
            question = form(f"{who}{number}@exemple.fr")
            started = time.perf_counter()
            stranger.ask(question)
            took[who].append(time.perf_counter() - started)
    known, nobody = (statistics.quantiles(times, n=4)[0] for times in took.values())
    return known / nobody
