"""The demonstration's people, loaded twice: the same town, the same keys, and keys that open."""

import io
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accounts.household.places import keep
from contracts.accounts.families import MyHousehold, RedeemKey
from contracts.events.offer import PlaceUpdated
from deploy.local.demo import accounts as demo
from deploy.local.demo.authenticator import code_of
from tests.mothers import accounts as mother
from tests.mothers import agents
from tests.services.accounts.conftest import Desk


@pytest.fixture
def town(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    class Store:
        def __init__(self, _settings: object) -> None: ...

        def ensure(self, _bucket: str) -> None: ...

        def put(self, _bucket: str, key: str, stream: io.BytesIO) -> None:
            desk.files[key] = stream.read()

    monkeypatch.setattr(demo, "Objects", Store)

    with desk.begin() as session:
        for _, code in demo.SCHOOLS:
            keep(session, PlaceUpdated(place_code=code, place_name=code, city="Romans-sur-Isère"))
    return desk


def sign_in(town: Desk, each: demo.SignIn) -> Any:
    if each.page == "/connexion":
        return town.ask(mother.a_sign_in(email=each.email, password=each.password), mother.a_visitor())
    ticket = town.ask(agents.a_sign_in(email=each.email, password=each.password), mother.a_visitor())
    code = code_of(each.email, town.real_clock.now())
    return town.ask(agents.a_proof(ticket, code), mother.a_visitor())


def test_loaded_twice_it_is_the_same_town(town: Desk) -> None:
    first = demo.load(town, date(2026, 11, 23))
    counts = {table: town.count(table) for table in ("family", "guardian", "child", "account", "quotient")}
    told = town.count("outbox")
    second = demo.load(town, date(2026, 11, 24))
    assert (first.keys, first.parents) == (second.keys, second.parents)
    assert counts == {table: town.count(table) for table in counts}
    assert told == town.count("outbox")
    assert counts["account"] == 12
    assert 40 <= counts["family"] <= 50
    assert 0 < counts["quotient"] < counts["family"]


def test_every_sign_in_that_is_printed_works_and_a_spare_key_opens(town: Desk) -> None:
    people = demo.load(town, date(2026, 11, 23))
    for each in people.sign_ins:
        assert sign_in(town, each)
    for parent in people.parents:
        assert town.ask(MyHousehold(), parent).families
    apart = [town.ask(MyHousehold(), parent).families[0] for parent in people.parents[:2]]
    shared = {child.child_id for child in apart[0].children} & {child.child_id for child in apart[1].children}
    assert shared
    assert apart[0].family_id != apart[1].family_id
    visitor = mother.a_citizen(town.parent())
    assert town.ask(RedeemKey(command_id=uuid4(), key=people.keys[0][1]), visitor).families
