"""Ready-made views of custody calendars: Alizée, of two homes, on 23 November 2026."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from accounts.shared_custody import custody
from contracts.accounts.changes import ChangeState
from contracts.accounts.custody import (
    AgreementView,
    Basis,
    CustodyDays,
    CustodyDraft,
    CustodyFile,
    CustodyView,
    HomeOpinion,
    HomeView,
    Opinion,
    ProposalView,
    SchoolYearView,
    Side,
)
from tests.mothers import custody as mother
from tests.mothers.accounts import NOW

CHILD, CHANGE, OTHER_CHANGE = UUID(int=40), UUID(int=70), UUID(int=71)
HERE, THERE = UUID(int=20), UUID(int=21)
YEARS = [
    SchoolYearView(label="2026-2027", first=date(2026, 9, 1), last=date(2027, 8, 31)),
    SchoolYearView(label="2027-2028", first=date(2027, 9, 1), last=date(2028, 8, 31)),
]


def days(draft: CustodyDraft, first: date, last: date) -> list[CustodyDays]:
    """What a draft gives."""
    assert draft.terms is not None
    return [
        CustodyDays(first=run.first, last=run.last, **vars(run.belonging))
        for run in custody.runs(draft.terms, mother.HOLIDAYS, first, last)
    ]


def draft(**differing: Any) -> CustodyDraft:
    """Every other week from the beginning of the school year, by a judgment."""
    given = {
        "terms": mother.every_other_week(),
        "valid_from": date(2026, 9, 1),
        "basis": Basis.JUDGMENT,
        **differing,
    }
    return CustodyDraft(**given)


def view(held: bool = True, *proposals: ProposalView) -> CustodyView:
    """The calendar of a child, with or without an agreement that holds."""
    return CustodyView(
        child_id=CHILD,
        family_id=HERE,
        first_name="Alizée",
        last_name="Martin",
        years=YEARS,
        shown=YEARS[0],
        days=days(draft(), YEARS[0].first, YEARS[0].last) if held else [],
        agreements=[AgreementView(draft=draft())] if held else [],
        proposals=list(proposals),
    )


def proposal(**differing: Any) -> ProposalView:
    """Chosen days from Saturday on, stated by this home."""
    stated = draft(terms=mother.chosen_days(), valid_from=date(2026, 11, 28))
    given = {
        "change_id": CHANGE,
        "draft": stated,
        "state": ChangeState.AWAITING,
        "by_other_home": False,
        "asked_at": NOW,
        "days": eight_weeks(stated),
        **differing,
    }
    return ProposalView(**given)


def eight_weeks(stated: CustodyDraft) -> list[CustodyDays]:
    """From its first day on."""
    first = max(stated.valid_from, NOW.date())
    return days(stated, first, first + timedelta(days=55))


def file(**differing: Any) -> CustodyFile:
    """The same as an agent opens it: another calendar holds, and the other home objects."""
    stated, present = proposal().draft, draft()
    given = {
        "change_id": CHANGE,
        "state": ChangeState.AWAITING,
        "child_id": CHILD,
        "child_name": "Alizée Martin",
        "homes": (
            HomeView(family_id=HERE, number="F001042", label="Martin"),
            HomeView(family_id=THERE, number="F001043", label="Delorme"),
        ),
        "side": Side.FIRST,
        "by": "Léa Martin",
        "asked_at": NOW,
        "draft": stated,
        "days": eight_weeks(stated),
        "present": present,
        "present_days": days(present, stated.valid_from, stated.valid_from + timedelta(days=55)),
        "seen": present.model_dump(mode="json"),
        "opinions": [
            HomeOpinion(
                side=Side.SECOND,
                by="Paul Delorme",
                opinion=Opinion.OBJECTS,
                text="Le jugement dit une semaine sur deux.",
                at=NOW,
            )
        ],
        "rivals": [],
        **differing,
    }
    return CustodyFile(**given)
