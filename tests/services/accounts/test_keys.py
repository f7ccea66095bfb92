"""Clés Enfance on a real database: hashed, single use, expiring, void when issued again, slow to guess."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from accounts.household import key_code
from contracts.accounts.families import MyHousehold, OpenFamily, RedeemKey
from contracts.accounts.keys import (
    IssueKeys,
    KeyExpired,
    KeyMistyped,
    KeyOfAnother,
    KeyState,
    KeyUnknown,
    KeyUsed,
    ListGuardians,
    RevokeKey,
)
from contracts.caller import Caller, Role
from contracts.errors import DomainError, NotAllowed, NotSignedIn, TooManyAttempts
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk


def redeem(desk: Desk, caller: Caller, key: str):
    return desk.ask(RedeemKey(command_id=uuid4(), key=key), caller)


@pytest.fixture
def town(desk: Desk) -> Desk:
    desk.fill()
    return desk


def test_nothing_of_any_family_shows_before_a_key(town: Desk) -> None:
    parent = mother.a_citizen(town.parent())
    assert town.ask(MyHousehold(), parent).families == []
    key = town.keys(town.guardian("Bourdelas")[0]).popitem()[1]
    opened = redeem(town, parent, key)
    assert [family.label for family in opened.families] == ["Bourdelas"]
    assert opened.families == town.ask(MyHousehold(), parent).families
    assert len(opened.families[0].children) == 2
    assert opened.families[0].guardians[0].is_me
    fact = town.facts("activation_key.redeemed")[0]["data"]
    assert str(parent.account_id) == fact["account_id"]
    assert str(parent.account_id) == town.facts("family.updated")[-1]["data"]["guardians"][0]["account_id"]


def test_a_household_is_never_shown_the_other_home_of_its_child(town: Desk) -> None:
    with town.begin() as session:
        from sqlalchemy import text

        row = session.execute(
            text(
                "SELECT g.guardian_id, f.street, o.street AS other, g2.first_name FROM family_child a"
                " JOIN family_child b ON a.child_id = b.child_id AND a.family_id <> b.family_id"
                " JOIN guardian g ON g.family_id = a.family_id JOIN family f ON f.family_id = a.family_id"
                " JOIN family o ON o.family_id = b.family_id JOIN guardian g2 ON g2.family_id = b.family_id LIMIT 1"
            )
        ).one()
    opened = redeem(town, mother.a_citizen(town.parent()), town.keys(row.guardian_id).popitem()[1])
    shown = opened.model_dump_json()
    assert row.street in shown
    assert row.other not in shown
    assert row.first_name not in shown
    assert any(child.elsewhere for child in opened.families[0].children)


def test_keys_are_nowhere_in_the_database_and_the_same_command_prints_them_again(town: Desk) -> None:
    guardian_id, command = town.guardian("Bourdelas")[0], uuid4()
    key = town.keys(guardian_id, command_id=command)[guardian_id]
    assert key == town.keys(guardian_id, command_id=command)[guardian_id]
    assert town.count("activation_key") == 1
    dump = town.dump()
    for written in (key, key_code.read(key), key_code.read(key).lower()):
        assert written not in dump


def test_a_new_key_voids_the_former_one(town: Desk) -> None:
    guardian_id = town.guardian("Bourdelas")[0]
    first = town.keys(guardian_id)[guardian_id]
    second = town.keys(guardian_id)[guardian_id]
    parent = mother.a_citizen(town.parent())
    with pytest.raises(KeyUnknown):
        redeem(town, parent, first)
    assert redeem(town, parent, second).families


def test_a_revoked_key_opens_nothing(town: Desk) -> None:
    guardian_id = town.guardian("Bourdelas")[0]
    key = town.keys(guardian_id)[guardian_id]
    town.ask(RevokeKey(command_id=uuid4(), guardian_id=guardian_id), mother.an_agent())
    with pytest.raises(KeyUnknown):
        redeem(town, mother.a_citizen(town.parent()), key)


def test_a_key_expires_after_ninety_days(town: Desk) -> None:
    key = town.keys(town.guardian("Bourdelas")[0]).popitem()[1]
    parent = mother.a_citizen(town.parent())
    town.clock.forward(days=90, seconds=-1)
    town.clock.forward(seconds=1)
    with pytest.raises(KeyExpired) as refusal:
        redeem(town, parent, key)
    assert refusal.value.details == {"expired_on": "2027-02-21"}
    row = town.ask(ListGuardians(text="bourdelas")).guardians[0]
    assert KeyState.EXPIRED is row.key


def test_a_key_is_typed_once_by_one_account(town: Desk) -> None:
    key = town.keys(town.guardian("Bourdelas")[0]).popitem()[1]
    first = mother.a_citizen(town.parent("a@exemple.fr"))
    second = mother.a_citizen(town.parent("b@exemple.fr"))
    opened = redeem(town, first, key)
    assert opened == redeem(town, first, key)
    with pytest.raises(KeyUsed):
        redeem(town, second, key)
    assert len(town.facts("activation_key.redeemed")) == 1


def test_two_accounts_with_one_key_at_once_one_gets_it(town: Desk) -> None:
    key = town.keys(town.guardian("Bourdelas")[0]).popitem()[1]
    parents = [mother.a_citizen(town.parent(f"p{n}@exemple.fr"), f"203.0.113.{n}") for n in range(6)]

    def attempt(parent: Caller) -> bool:
        try:
            return bool(redeem(town, parent, key).families)
        except KeyUsed:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, parents)) == 1


def test_one_account_is_one_adult(town: Desk) -> None:
    mine, other = town.guardian("Bourdelas")[0], town.guardian("Philiberton")[0]
    keys = town.keys(mine, other)
    parent = mother.a_citizen(town.parent())
    redeem(town, parent, keys[mine])
    with pytest.raises(KeyOfAnother) as refusal:
        redeem(town, parent, keys[other])
    assert refusal.value.details == {"name": "Thierry Bourdelas"}


def test_an_adult_of_two_homes_opens_both_with_one_key(town: Desk) -> None:
    rows = town.guardian("Merlinge", "Sandrine")
    key = town.keys(rows[0])[rows[0]]
    assert len(redeem(town, mother.a_citizen(town.parent()), key).families) == 2


def test_guessing_gets_slower_for_the_account_and_for_the_address(town: Desk) -> None:
    parent = mother.a_citizen(town.parent())
    guesses = [key_code.spell(key_code.derive(b"wrong", uuid4(), uuid4())) for _ in range(8)]
    refusals: list[type[DomainError]] = []
    for guess in guesses:
        with pytest.raises(DomainError) as refusal:
            redeem(town, parent, guess)
        refusals.append(refusal.type)
    assert [KeyUnknown] * 6 + [TooManyAttempts] * 2 == refusals
    key = town.keys(town.guardian("Bourdelas")[0]).popitem()[1]
    with pytest.raises(TooManyAttempts) as throttled:
        redeem(town, parent, key)
    town.clock.forward(seconds=throttled.value.details["retry_after"])
    assert redeem(town, parent, key).families


def test_a_slip_of_the_finger_is_not_an_attempt(town: Desk) -> None:
    parent = mother.a_citizen(town.parent())
    key = town.keys(town.guardian("Bourdelas")[0]).popitem()[1]
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    for _ in range(20):
        with pytest.raises(KeyMistyped):
            redeem(town, parent, wrong)
    assert redeem(town, parent, key.lower().replace("-", " ").replace("0", "o")).families


def test_only_a_signed_in_parent_types_a_key_and_only_agents_issue_them(town: Desk) -> None:
    with pytest.raises(NotSignedIn):
        redeem(town, mother.a_visitor(), "7K3M-9DXV-2HTC")
    ask = IssueKeys(command_id=uuid4(), guardian_ids=[uuid4()])
    for caller in (mother.a_citizen(), mother.a_visitor()):
        with pytest.raises(NotSignedIn):
            town.ask(ask, caller)
    with pytest.raises(NotAllowed):
        town.ask(ask, mother.an_agent(Role.ATTENDANCE))


def test_every_opening_of_a_file_is_recorded_and_shown_to_administrators(town: Desk) -> None:
    row = town.ask(ListGuardians(text="bourdelas")).guardians[0]
    town.ask(OpenFamily(family_id=row.family_id), mother.an_agent())
    file = town.ask(
        OpenFamily(family_id=row.family_id), mother.an_agent(Role.FAMILY_FILES, Role.ADMINISTRATION)
    )
    assert [access.agent for access in file.accesses] == ["Odile Garnier"]
    assert town.ask(OpenFamily(family_id=row.family_id), mother.an_agent()).accesses == []


def test_the_page_of_keys_filters_by_class_and_state(town: Desk) -> None:
    everyone = town.ask(ListGuardians(state=""))
    assert everyone.total == town.count("guardian")
    in_class = town.ask(ListGuardians(place_code=mother.SCHOOL, class_name="CP"))
    assert 0 < in_class.total < everyone.total
    assert "CP" in in_class.classes
    town.keys(in_class.guardians[0].guardian_id)
    assert town.ask(ListGuardians(state="posted")).total == 1
    assert everyone.total - 1 == town.ask(ListGuardians(state="none")).total
