"""A tariff's next version on a real database: prepared by agents, published once, with a date."""

import threading
from datetime import date
from uuid import UUID, uuid4

import pytest

from billing.invoicing.dates import paris_day
from billing.models import TariffDraft
from billing.tariffs import drafts, tariff_book
from contracts.billing.drafts import (
    PublishTariffDraft,
    SaveTariffDraft,
    StartTariffDraft,
    TariffDraftView,
)
from contracts.billing.refusals import TariffDraftChanged, TariffDraftNotFound, TariffFromThePast
from contracts.billing.tariffs import FixedRule, Standing, TariffView
from contracts.errors import DomainError, Invalid
from tests.mothers.billing import CANTEEN_RULE, NOW, SCHOOL
from tests.services.billing.conftest import Town

TODAY = paris_day(NOW)
JANUARY = date(2027, 1, 1)


def start(town: Town, place: str = "", activity: str = "cantine") -> TariffDraftView:
    ask = StartTariffDraft(command_id=uuid4(), activity_code=activity, place_code=place)
    with town.sessions.begin() as session:
        return drafts.start(session, ask, "Régine Sabatier", NOW, TODAY)


def save(town: Town, draft: TariffDraftView, cents: int = 350) -> TariffDraftView:
    ask = SaveTariffDraft(
        command_id=uuid4(), draft_id=draft.draft_id, version=draft.version, rule=FixedRule(cents=cents)
    )
    with town.sessions.begin() as session:
        return drafts.save(session, ask, "Paul Durand", NOW, TODAY)


def publish(town: Town, draft: TariffDraftView, since: date = JANUARY) -> TariffView:
    ask = PublishTariffDraft(
        command_id=uuid4(), draft_id=draft.draft_id, version=draft.version, valid_from=since
    )
    with town.sessions.begin() as session:
        return drafts.publish(session, ask, UUID(int=7), NOW, TODAY)


def standings(town: Town) -> list[tuple[str, date, Standing]]:
    with town.sessions.begin() as session:
        found = tariff_book.published(session, TODAY).tariffs
    return [
        (each.place_name, each.valid_from, each.standing) for each in found if each.activity_code == "cantine"
    ]


def test_a_draft_begins_as_what_is_in_force_and_there_is_one(town: Town) -> None:
    town.offer()
    draft = start(town)
    assert draft.rule == CANTEEN_RULE
    assert start(town).draft_id == draft.draft_id
    assert start(town, SCHOOL).draft_id != draft.draft_id
    assert [(each.quotient, each.before_cents, each.after_cents) for each in save(town, draft).samples] == [
        (350, 100, 350), (600, 210, 350), (900, 320, 350), (901, 480, 350), (None, 480, 350)
    ]  # fmt: skip


def test_a_place_has_a_price_of_its_own_beside_the_town_s(town: Town) -> None:
    town.offer()
    here = start(town, SCHOOL)
    assert (here.place_name, here.in_force and here.in_force.place_code) == ("École Jules-Verne", "")
    publish(town, save(town, here), TODAY)
    assert standings(town) == [
        ("", date(2026, 9, 1), Standing.IN_FORCE),
        ("École Jules-Verne", TODAY, Standing.IN_FORCE),
    ]


def test_what_is_published_is_no_draft_any_more(town: Town) -> None:
    town.offer()
    draft = save(town, start(town))
    made = publish(town, draft)
    assert (made.valid_from, made.standing, made.rule) == (JANUARY, Standing.TO_COME, FixedRule(cents=350))
    with pytest.raises(TariffDraftNotFound):
        publish(town, draft)
    assert town.count("SELECT count(*) FROM tariff WHERE published_by = :by", by=UUID(int=7)) == 1


def test_a_version_replaced_at_its_own_date_is_past(town: Town) -> None:
    town.offer()
    for cents in (350, 360):
        publish(town, save(town, start(town), cents))
    assert [standing for _, _, standing in standings(town)] == [
        Standing.TO_COME,
        Standing.PAST,
        Standing.IN_FORCE,
    ]


def test_somebody_else_s_change_is_never_overwritten_or_published_unseen(town: Town) -> None:
    town.offer()
    seen = start(town)
    save(town, seen)
    with pytest.raises(TariffDraftChanged) as refusal:
        save(town, seen, 999)
    assert refusal.value.details == {"by": "Paul Durand"}
    with pytest.raises(TariffDraftChanged):
        publish(town, seen)


def test_a_date_too_far_back_is_refused_and_the_draft_stays(town: Town) -> None:
    town.offer()
    draft = start(town)
    with pytest.raises(TariffFromThePast):
        publish(town, draft, date(2025, 1, 1))
    assert start(town).draft_id == draft.draft_id


def test_what_is_not_known_is_refused_on_its_field(town: Town) -> None:
    town.offer()
    with pytest.raises(Invalid) as refusal:
        start(town, "nowhere", "nothing")
    assert refusal.value.details["problems"] == {
        "activity_code": "unknown_activity",
        "place_code": "unknown_place",
    }


def test_a_draft_is_thrown_away_once(town: Town) -> None:
    town.offer()
    draft = start(town)
    for gone in (True, False):
        with town.sessions.begin() as session:
            assert drafts.drop(session, draft.draft_id) is gone


def test_two_who_publish_at_once_make_one_version(town: Town) -> None:
    town.offer()
    draft = save(town, start(town))
    both, outcomes = threading.Barrier(2), []

    def press() -> None:
        both.wait()
        try:
            outcomes.append(publish(town, draft).version)
        except DomainError as refusal:
            outcomes.append(refusal.code)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert sorted(outcomes, key=str) == [1, "tariff_draft_not_found"]
    assert town.count("SELECT count(*) FROM tariff WHERE valid_from = :since", since=JANUARY) == 1


def test_two_who_start_at_once_share_one_draft(town: Town) -> None:
    town.offer()
    both, found = threading.Barrier(2), set()

    def press() -> None:
        both.wait()
        found.add(start(town).draft_id)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    with town.sessions.begin() as session:
        assert session.query(TariffDraft).count() == len(found) == 1
