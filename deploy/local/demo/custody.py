"""The demonstration's two parents who live apart: one states an alternate-week calendar, the other agrees, it holds."""

from datetime import date, timedelta
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.accounts.changes import DecideChange
from contracts.accounts.custody import (
    AlternateWeeks,
    AnswerCustody,
    Basis,
    CustodyDraft,
    CustodyTerms,
    CustodyView,
    EveryOtherWeek,
    HolidayRule,
    Opinion,
    ShowCustody,
    Side,
    StateCustody,
    SummerRule,
)
from contracts.accounts.families import MyHousehold
from contracts.caller import SYSTEM, Caller
from contracts.messages import Question

A = TypeVar("A")


class Services(Protocol):
    """`chassis.client.Services`, or a double."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def calendar(services: Services, one: Caller, other: Caller) -> CustodyView:
    """The calendar of a child that the two share, as the first sees it."""
    mine, theirs = (_children(services, parent) for parent in (one, other))
    return services.ask(ShowCustody(child_id=min(mine & theirs)), one)


def load(services: Services, one: Caller, other: Caller) -> None:
    """From this school year's first day: a week with each, from Friday after school; holidays in halves, the summer in
    fortnights. Loading again changes nothing, nor what somebody has changed since. Accounts must know the year."""
    view = calendar(services, one, other)
    if view.agreements or view.proposals or view.shown is None:
        return
    first = view.shown.first
    terms = CustodyTerms(
        weeks=AlternateWeeks(weeks=EveryOtherWeek(side=Side.FIRST, reference=first + timedelta(days=7))),
        holidays=HolidayRule.HALVES,
        even_years=Side.FIRST,
        summer=SummerRule.FORTNIGHTS,
        summer_even_years=Side.SECOND,
    )
    stated = services.ask(
        StateCustody(
            command_id=_key("state", view.child_id, first),
            child_id=view.child_id,
            draft=CustodyDraft(terms=terms, valid_from=first, basis=Basis.AGREEMENT),
        ),
        one,
    )
    services.ask(
        AnswerCustody(
            command_id=_key("answer", stated.change_id), change_id=stated.change_id, opinion=Opinion.AGREES
        ),
        other,
    )
    services.ask(
        DecideChange(command_id=_key("decide", stated.change_id), change_id=stated.change_id, accept=True),
        SYSTEM,
    )


def _children(services: Services, parent: Caller) -> set[UUID]:
    families = services.ask(MyHousehold(), parent).families
    return {child.child_id for family in families for child in family.children}


def _key(name: str, subject: UUID, day: date | None = None) -> UUID:
    return uuid5(NAMESPACE_URL, f"demonstration:custody:{name}:{subject}:{day or ''}")
