"""Granting and ending what tariffs and runs then reckon with, on a real database."""

from datetime import date, timedelta
from threading import Barrier, Event, Thread
from uuid import UUID, uuid4

import pytest

from billing.invoicing import desk, drafting, statements
from billing.tariffs import allowances
from contracts.billing.allowances import (
    AllowanceKind,
    AllowanceState,
    EndAllowance,
    FindAllowances,
    GrantAllowance,
    GrantedAllowance,
)
from contracts.billing.refusals import AllowanceOver, AllowanceOverlaps
from contracts.billing.runs import OpenRun
from contracts.billing.tariffs import FixedRule, Reduction
from contracts.errors import Invalid, NotFound
from tests.mothers.billing import NOW, OCTOBER, a_clerk
from tests.services.billing.conftest import Town

TODAY = NOW.date()
PAI = FixedRule(cents=400, reductions=(Reduction(code="pai", name="Panier repas", percent=50),))


def grant(town: Town, family: UUID, **fields: object) -> GrantedAllowance:
    """By an agent: 2 € a meal since October, 9 € in all, unless told otherwise."""
    terms = {
        "kind": AllowanceKind.AID, "name": "Aide du CCAS", "cents": 200, "cap_cents": 900, "since": OCTOBER,
        "until": date(2026, 12, 31), "decision": "n° 118",
    } | fields  # fmt: skip
    ask = GrantAllowance(command_id=uuid4(), family_id=family, **terms)  # type: ignore[arg-type]
    with town.sessions.begin() as session:
        return allowances.grant(session, ask, a_clerk(), town.clock.now())


def end(town: Town, allowance_id: UUID, last_day: date) -> GrantedAllowance:
    ask = EndAllowance(
        command_id=uuid4(), allowance_id=allowance_id, last_day=last_day, reason="Déménagement"
    )
    with town.sessions.begin() as session:
        return allowances.end(session, ask, a_clerk(), town.clock.now())


def opened(town: Town, family: UUID) -> list[GrantedAllowance]:
    with town.sessions.begin() as session:
        return allowances.of_family(session, family, TODAY).allowances


def outdated(town: Town, run_id: UUID) -> bool:
    with town.sessions.begin() as session:
        return desk.run_view(session, OpenRun(run_id=run_id)).outdated


def test_a_grant_is_written_told_and_says_what_is_left_after_a_run(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    account = uuid4()
    family = town.family(account)
    child = town.child("Léa", date(2019, 5, 4), family)
    given = grant(town, family, child_id=child)
    assert (given.left_cents, given.granted_by_name, given.decision) == (900, "Régine Sabatier", "n° 118")
    assert town.told("allowance.granted") == 1
    town.meals(child, family, 3)
    town.run()
    [shown] = opened(town, family)
    assert (shown.left_cents, shown.child_name, shown.state) == (300, "Léa Ferrand", AllowanceState.RUNNING)
    with town.sessions.begin() as session:
        [read] = statements.invoices(session, account, TODAY).allowances
        found = allowances.find(session, FindAllowances(words="ferr"), TODAY)
    assert (read.name, read.left_cents) == ("Aide du CCAS", 300)
    assert [each.family_id for each in found.found] == [family]
    assert [each.allowance_id for each in found.running] == [given.allowance_id]


def test_ending_bills_the_difference_with_the_next_run(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    family, child = town.family(), town.child()
    town.meals(child, family, 4)
    given = grant(town, family)
    assert town.run().summary.total_cents == 0  # 4 × 3 € = 12 €, carried over
    ended = end(town, given.allowance_id, date(2026, 10, 2))
    assert (ended.until, ended.granted_until, ended.ended_by_name) == (
        date(2026, 10, 2), date(2026, 12, 31), "Régine Sabatier",
    )  # fmt: skip
    assert town.told("allowance.ended") == 1
    assert town.run().summary.total_cents == 2 * 300 + 2 * 500
    assert opened(town, family)[0].left_cents == 500
    with pytest.raises(AllowanceOver):
        end(town, given.allowance_id, date(2026, 10, 1))


def test_one_taken_back_whole_counts_for_no_day_and_makes_room_for_another(town: Town) -> None:
    town.offer(PAI)
    family, child = town.family(), town.child()
    town.meals(child, family, 5)
    given = grant(
        town,
        family,
        kind=AllowanceKind.REDUCTION,
        reduction="pai",
        name="",
        cents=0,
        cap_cents=None,
        until=None,
    )
    assert given.name == "Panier repas"
    # What a reduction is called may say something of health: no fact carries it.
    assert town.count("SELECT count(*) FROM outbox WHERE body::text LIKE '%Panier%'") == 0
    with pytest.raises(AllowanceOverlaps):
        grant(town, family, kind=AllowanceKind.REDUCTION, reduction="pai", until=None)
    end(town, given.allowance_id, OCTOBER - timedelta(days=1))
    assert town.run().summary.total_cents == 5 * 400
    grant(town, family, kind=AllowanceKind.REDUCTION, reduction="pai", until=None)
    assert town.run().summary.credit_notes == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"child_id": uuid4()}, "child_id"),
        ({"activity_code": "judo"}, "activity_code"),
        ({"kind": AllowanceKind.REDUCTION, "reduction": "autre"}, "reduction"),
        ({"kind": AllowanceKind.REDUCTION, "reduction": "pai", "activity_code": "mercredi"}, "activity_code"),
        ({"until": date(2026, 9, 30)}, "until"),
        ({"since": date(2025, 1, 1)}, "since"),
    ],
)
def test_what_is_not_the_familys_or_the_tariffs_is_refused(
    town: Town, fields: dict[str, object], field: str
) -> None:
    town.offer(PAI)
    with pytest.raises(Invalid) as refused:
        grant(town, town.family(), **fields)
    assert refused.value.details["problems"].keys() == {field}  # type: ignore[union-attr]
    assert town.told("allowance.granted") == 0


def test_no_family_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        grant(town, uuid4())


def test_of_two_agents_who_grant_the_same_at_once_one_is_refused(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    family, ready, refused = town.family(), Barrier(2), []

    def agent() -> None:
        ready.wait(timeout=10)
        try:
            grant(town, family)
        except AllowanceOverlaps as refusal:
            refused.append(refusal)

    both = [Thread(target=agent) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(timeout=20)
    assert (len(opened(town, family)), len(refused)) == (1, 1)


def test_a_grant_ended_while_a_run_drafts_makes_the_draft_out_of_date_and_loses_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.offer(FixedRule(cents=500))
    family, child = town.family(), town.child()
    town.meals(child, family, 4)
    given = grant(town, family)
    reckoned, ended = Event(), Event()
    keep = drafting.situations.take_aids_off

    def held(*arguments: object) -> bool:
        # The aids are taken off, and the run holds what it wrote: the agent must not wait for it.
        taken = keep(*arguments)  # type: ignore[arg-type]
        reckoned.set()
        assert ended.wait(timeout=20)
        return taken

    monkeypatch.setattr(drafting.situations, "take_aids_off", held)
    made: list[UUID] = []
    drafter = Thread(target=lambda: made.append(town.draft().summary.run_id))
    drafter.start()
    assert reckoned.wait(timeout=20)
    end(town, given.allowance_id, OCTOBER - timedelta(days=1))
    ended.set()
    drafter.join(timeout=20)
    monkeypatch.undo()
    assert outdated(town, made[0])
    # An agent who publishes it all the same loses nothing: the next run bills what the aid had taken.
    town.publish(made[0])
    assert town.run().summary.total_cents == 4 * 500
    assert town.count("SELECT count(*) FROM aid_day") == 0
