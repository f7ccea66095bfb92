"""The next version of a tariff: started from what is in force, saved, tried out, published with a date."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.facts.effects import Effect
from billing.invoicing.dates import first_of
from billing.models import Activity, Place, Tariff, TariffDraft
from billing.tariffs import tariff_book
from billing.tariffs.prices import Inputs, Quotient, Rule, price
from billing.tariffs.tariff_book import read_rule
from contracts.billing.drafts import (
    PriceSample,
    PublishTariffDraft,
    SaveTariffDraft,
    StartTariffDraft,
    TariffDraftView,
)
from contracts.billing.refusals import TariffDraftChanged, TariffDraftNotFound
from contracts.billing.tariffs import BandsRule, EffortRule, FixedRule, PublishTariff, TariffView
from contracts.errors import Invalid

_MOST_SAMPLES = 40


def start(session: Session, ask: StartTariffDraft, by: str, now: datetime, today: date) -> TariffDraftView:
    """The draft there is, or a new one. Two agents who start one at once get the same."""
    problems = {}
    if session.get(Activity, ask.activity_code) is None:
        problems["activity_code"] = "unknown_activity"
    if ask.place_code and session.get(Place, ask.place_code) is None:
        problems["place_code"] = "unknown_place"
    if problems:
        raise Invalid(problems=problems)
    standing = _in_force(session, ask.activity_code, ask.place_code, today)
    rule = standing.rule if standing else FixedRule(cents=0).model_dump(mode="json")
    statement = insert(TariffDraft).values(
        activity_code=ask.activity_code,
        place_code=ask.place_code,
        rule=rule,
        version=1,
        changed_at=now,
        changed_by=by,
    )
    session.execute(statement.on_conflict_do_nothing(index_elements=["activity_code", "place_code"]))
    draft = session.scalars(
        select(TariffDraft).where(
            TariffDraft.activity_code == ask.activity_code, TariffDraft.place_code == ask.place_code
        )
    ).one()
    return view(session, draft, today)


def find(session: Session, draft_id: UUID) -> TariffDraft:
    """The draft, to be read. Raises TariffDraftNotFound."""
    draft = session.get(TariffDraft, draft_id)
    if draft is None:
        raise TariffDraftNotFound(draft_id=str(draft_id))
    return draft


def save(session: Session, ask: SaveTariffDraft, by: str, now: datetime, today: date) -> TariffDraftView:
    """Its rule, replaced. Raises TariffDraftNotFound, TariffDraftChanged."""
    draft = _lock(session, ask.draft_id, ask.version)
    draft.rule = ask.rule.model_dump(mode="json")
    draft.version += 1
    draft.changed_at, draft.changed_by = now, by
    session.flush()
    return view(session, draft, today)


def drop(session: Session, draft_id: UUID) -> bool:
    """Thrown away; False when it was gone already."""
    draft = session.get(TariffDraft, draft_id, with_for_update=True)
    if draft is None:
        return False
    session.delete(draft)
    return True


def publish(
    session: Session, ask: PublishTariffDraft, by: UUID | None, now: datetime, today: date
) -> TariffView:
    """A version from its date on. Raises TariffDraftNotFound, TariffDraftChanged, TariffFromThePast."""
    draft = _lock(session, ask.draft_id, ask.version)
    order = PublishTariff(
        command_id=ask.command_id,
        activity_code=draft.activity_code,
        place_code=draft.place_code,
        valid_from=ask.valid_from,
        rule=read_rule(draft.rule),
    )
    made = tariff_book.publish(session, order, by, now, today)
    session.delete(draft)
    return made


def view(session: Session, draft: TariffDraft, today: date) -> TariffDraftView:
    """The draft beside what is in force today where it would hold."""
    activity = session.get(Activity, draft.activity_code)
    place = session.get(Place, draft.place_code) if draft.place_code else None
    standing = _in_force(session, draft.activity_code, draft.place_code, today)
    rule = read_rule(draft.rule)
    return TariffDraftView(
        draft_id=draft.draft_id,
        activity_code=draft.activity_code,
        activity_name=activity.activity_name if activity else draft.activity_code,
        unit=activity.unit if activity else "unité",
        place_code=draft.place_code,
        place_name=place.place_name if place else draft.place_code,
        rule=rule,
        version=draft.version,
        changed_at=draft.changed_at,
        changed_by=draft.changed_by,
        in_force=tariff_book.view_of(session, standing, today) if standing else None,
        samples=samples(read_rule(standing.rule) if standing else None, rule, first_of(today)),
    )


def samples(before: Rule | None, after: Rule, month: date) -> list[PriceSample]:
    """One unit before and after, at each quotient where one of the two rules changes its course, and unknown."""
    quotients = sorted({turn for rule in (before, after) if rule for turn in _turns(rule)})[:_MOST_SAMPLES]
    return [
        PriceSample(
            quotient=each,
            before_cents=_at(before, each, month) if before else None,
            after_cents=_at(after, each, month),
        )
        for each in [*quotients, None]
    ]


def _at(rule: Rule, quotient: int | None, month: date) -> int:
    known = None if quotient is None else Quotient(quotient, month)
    return price(rule, Inputs(month, Effect.BILLED, True, known)).cents


def _turns(rule: Rule) -> Iterable[int]:
    """The last quotient of each band and one beyond the last; where an effort rate leaves its bounds, and half way."""
    match rule:
        case FixedRule():
            return ()
        case BandsRule():
            bounds = [band.up_to for band in rule.bands if band.up_to is not None]
            return [*bounds, bounds[-1] + 1] if bounds else ()
        case EffortRule():
            low, high = (
                cents * 1000 // rule.rate_per_100000 for cents in (rule.least_cents, rule.most_cents)
            )
            return low, (low + high) // 2, high


def _lock(session: Session, draft_id: UUID, version: int) -> TariffDraft:
    draft = session.get(TariffDraft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise TariffDraftNotFound(draft_id=str(draft_id))
    if draft.version != version:
        raise TariffDraftChanged(by=draft.changed_by)
    return draft


def _in_force(session: Session, activity_code: str, place_code: str, day: date) -> Tariff | None:
    return session.scalars(
        select(Tariff)
        .where(
            Tariff.activity_code == activity_code,
            Tariff.place_code.in_(["", place_code]),
            Tariff.valid_from <= day,
        )
        .order_by(Tariff.place_code.desc(), Tariff.valid_from.desc(), Tariff.version.desc())
        .limit(1)
    ).first()
