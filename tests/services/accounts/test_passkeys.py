"""Passkeys on a real database, answered by an authenticator that lies when it is told to."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.accounts.own_account import WrongPassword
from contracts.accounts.passkeys import (
    AddPasskey,
    CeremonyView,
    PasskeyRefused,
    RemovePasskey,
    RenamePasskey,
    SignInWithPasskey,
    StartPasskey,
    StartPasskeySignIn,
    TooManyPasskeys,
)
from contracts.accounts.ways_in import (
    ConfirmPassword,
    ListWaysIn,
    OnlyWayIn,
    PasskeyView,
)
from contracts.errors import NotFound, NotSignedIn, TooManyAttempts
from tests.mothers import accounts as mother
from tests.mothers.authenticator import SoftAuthenticator, read, write
from tests.services.accounts.conftest import Desk


@dataclass
class Parent:
    """Somebody with an account and a telephone."""

    desk: Desk
    account_id: UUID
    phone: SoftAuthenticator

    @property
    def caller(self) -> Any:
        return mother.a_citizen(self.account_id)

    def start(self, password: str = mother.PASSWORD) -> CeremonyView:
        return self.desk.ask(StartPasskey(command_id=uuid4(), password=password), self.caller)

    def add(self, phone: SoftAuthenticator | None = None, name: str = "Mon téléphone") -> PasskeyView:
        started = self.start()
        answer = (phone or self.phone).create(started.options)
        return self.answer(started, answer, name)

    def answer(self, started: CeremonyView, credential: str, name: str = "Mon téléphone") -> PasskeyView:
        return self.desk.ask(
            AddPasskey(command_id=uuid4(), ceremony_id=started.ceremony_id, credential=credential, name=name),
            self.caller,
        )

    def ask_in(self) -> CeremonyView:
        return self.desk.ask(StartPasskeySignIn(command_id=uuid4()), mother.a_visitor())

    def come_in(self, started: CeremonyView, credential: str) -> Any:
        return self.desk.ask(
            SignInWithPasskey(command_id=uuid4(), ceremony_id=started.ceremony_id, credential=credential),
            mother.a_visitor(),
        )

    def journal(self) -> list[str]:
        with self.desk.begin() as session:
            rows = session.execute(
                text("SELECT action FROM account_event WHERE account_id = :a ORDER BY at"),
                {"a": self.account_id},
            )
            return [row[0] for row in rows]


@pytest.fixture
def lea(desk: Desk) -> Parent:
    return Parent(desk, desk.parent(), SoftAuthenticator())


@pytest.fixture
def hugo(desk: Desk, lea: Parent) -> Parent:
    return Parent(desk, desk.parent("hugo@exemple.fr", first_name="Hugo"), SoftAuthenticator())


def test_a_passkey_is_made_used_named_and_removed(lea: Parent) -> None:
    made = lea.add()
    assert (made.name, made.last_used_at) == ("Mon téléphone", None)
    assert lea.desk.mails()[-1].kind == "passkey_added"
    lea.desk.clock.forward(hours=1)
    asked = lea.ask_in()
    found = lea.come_in(asked, lea.phone.get(asked.options))
    assert (lea.account_id, "Mme Léa Martin") == (found.account_id, found.name)
    lea.desk.ask(
        RenamePasskey(command_id=uuid4(), passkey_id=made.passkey_id, name="Le téléphone d’Ömer"), lea.caller
    )
    kept = lea.desk.ask(ListWaysIn(), lea.caller)
    assert [("Le téléphone d’Ömer", lea.desk.clock.now())] == [
        (each.name, each.last_used_at) for each in kept.passkeys
    ]
    lea.desk.ask(RemovePasskey(command_id=uuid4(), passkey_id=made.passkey_id), lea.caller)
    assert lea.desk.mails()[-1].kind == "passkey_removed"
    assert lea.desk.ask(ListWaysIn(), lea.caller).passkeys == []
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, lea.phone.get(asked.options))
    assert lea.journal() == ["registered", "passkey_added", "signed_in", "passkey_removed"]


def test_the_options_ask_for_a_verified_person_and_say_nothing_at_sign_in(lea: Parent) -> None:
    lea.add()
    options = json.loads(lea.start().options)
    assert options["rp"]["id"] == "espace.exemple.fr"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert [read(each["id"]) for each in options["excludeCredentials"]] == [lea.phone.credential_id]
    sign_in = json.loads(lea.ask_in().options)
    assert (sign_in["userVerification"], sign_in.get("allowCredentials", [])) == ("required", [])
    assert len(read(sign_in["challenge"])) == 32
    assert read(sign_in["challenge"]) != read(json.loads(lea.ask_in().options)["challenge"])


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://espace.exemple.fr.evil.example"},
        {"origin": "http://espace.exemple.fr"},
        {"verified": False},
        {"challenge": write(b"another challenge of 32 bytes...")},
        {"user_handle": bytes(16)},
    ],
)
def test_a_sign_in_that_lies_is_refused_and_its_challenge_is_spent(lea: Parent, lie: dict[str, Any]) -> None:
    lea.add()
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused) as refusal:
        lea.come_in(asked, lea.phone.get(asked.options, **lie))
    assert refusal.value.details == {}
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, lea.phone.get(asked.options))


@pytest.mark.parametrize("lie", [{"origin": "https://ailleurs.exemple"}, {"verified": False}])
def test_a_registration_that_lies_is_refused(lea: Parent, lie: dict[str, Any]) -> None:
    started = lea.start()
    with pytest.raises(PasskeyRefused):
        lea.answer(started, lea.phone.create(started.options, **lie))
    assert lea.desk.count("passkey") == 0


def test_an_answer_is_taken_once(lea: Parent) -> None:
    lea.add()
    asked = lea.ask_in()
    answer = lea.phone.get(asked.options)
    lea.come_in(asked, answer)
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, answer)


def test_of_two_answers_at_once_one_comes_in(lea: Parent) -> None:
    lea.add()
    asked = lea.ask_in()
    answer = lea.phone.get(asked.options)

    def attempt(_number: int) -> bool:
        try:
            return bool(lea.come_in(asked, answer))
        except PasskeyRefused:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


def test_a_question_is_over_after_five_minutes(lea: Parent) -> None:
    lea.add()
    asked = lea.ask_in()
    lea.desk.clock.forward(minutes=5)
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, lea.phone.get(asked.options))
    started = lea.start()
    lea.desk.clock.forward(minutes=5)
    with pytest.raises(PasskeyRefused):
        lea.answer(started, SoftAuthenticator().create(started.options))
    lea.desk.service.forget_ceremonies()
    assert lea.desk.count("ceremony") == 0


def test_a_question_for_one_thing_does_not_serve_another(lea: Parent, hugo: Parent) -> None:
    lea.add()
    started = lea.start()
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused):
        lea.come_in(started, lea.phone.get(asked.options))
    other = lea.start()
    with pytest.raises(PasskeyRefused):
        hugo.answer(other, hugo.phone.create(other.options))


def test_a_counter_that_goes_back_is_refused_and_written_down(lea: Parent) -> None:
    lea.add()
    lea.phone.count = 20
    asked = lea.ask_in()
    lea.come_in(asked, lea.phone.get(asked.options))
    lea.phone.count = 3
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, lea.phone.get(asked.options))
    assert lea.journal()[-1] == "passkey_refused"


def test_a_counter_that_never_counts_is_no_fault(lea: Parent) -> None:
    phone = SoftAuthenticator(counts=False, synced=True)
    assert lea.add(phone).synced
    for _ in range(2):
        asked = lea.ask_in()
        assert lea.come_in(asked, phone.get(asked.options)).account_id == lea.account_id


def test_somebody_elses_credential_opens_their_own_account_only(lea: Parent, hugo: Parent) -> None:
    lea.add()
    hugo.add()
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, hugo.phone.get(asked.options, user_handle=lea.account_id.bytes))
    # The same credential is not taken for a second account.
    started = hugo.start()
    with pytest.raises(PasskeyRefused):
        hugo.answer(started, lea.phone.create(started.options))


def test_an_unknown_passkey_is_refused_like_a_wrong_one(lea: Parent) -> None:
    stranger = SoftAuthenticator()
    stranger.user_handle = lea.account_id.bytes
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused) as refusal:
        lea.come_in(asked, stranger.get(asked.options))
    assert refusal.value.details == {}


@pytest.mark.parametrize(
    "rubbish", ["", "{}", "[]", "null", '{"id": 3}', "\u0000", '{"id":"a","rawId":"%%"}']
)
def test_rubbish_is_refused(lea: Parent, rubbish: str) -> None:
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, rubbish)
    started = lea.start()
    with pytest.raises(PasskeyRefused):
        lea.answer(started, rubbish)


def test_the_password_is_asked_again_and_throttled(lea: Parent) -> None:
    for _ in range(6):
        with pytest.raises(WrongPassword):
            lea.start("pas celui-là du tout")
    with pytest.raises(TooManyAttempts):
        lea.start()
    with pytest.raises(NotSignedIn):
        lea.desk.ask(StartPasskey(command_id=uuid4(), password=mother.PASSWORD), mother.a_visitor())


def test_who_has_no_password_chooses_one_first(lea: Parent) -> None:
    made = lea.add()
    with lea.desk.begin() as session:
        session.execute(text("UPDATE account SET password_hash = NULL"))
    with pytest.raises(WrongPassword):
        lea.desk.ask(ConfirmPassword(command_id=uuid4(), password=mother.PASSWORD), lea.caller)
    with pytest.raises(OnlyWayIn):
        lea.desk.ask(RemovePasskey(command_id=uuid4(), passkey_id=made.passkey_id), lea.caller)


def test_an_account_has_ten_passkeys_at_most(lea: Parent) -> None:
    for _ in range(10):
        lea.add(SoftAuthenticator())
    with pytest.raises(TooManyPasskeys):
        lea.start()


def test_somebody_elses_passkey_is_not_found(lea: Parent, hugo: Parent) -> None:
    made = lea.add()
    for command in (
        RenamePasskey(command_id=uuid4(), passkey_id=made.passkey_id, name="À moi"),
        RemovePasskey(command_id=uuid4(), passkey_id=made.passkey_id),
    ):
        with pytest.raises(NotFound):
            lea.desk.ask(command, hugo.caller)


def test_sign_ins_are_throttled_by_address(lea: Parent) -> None:
    for _ in range(31):
        asked = lea.ask_in()
        with pytest.raises(PasskeyRefused):
            lea.come_in(asked, "{}")
    with pytest.raises(TooManyAttempts):
        lea.come_in(asked, "{}")


@pytest.mark.parametrize("column", ["closed_at", "suspended_at"])
def test_a_closed_or_suspended_account_does_not_open(lea: Parent, column: str) -> None:
    lea.add()
    with lea.desk.begin() as session:
        session.execute(text(f"UPDATE account SET {column} = now()"))
    asked = lea.ask_in()
    with pytest.raises(PasskeyRefused):
        lea.come_in(asked, lea.phone.get(asked.options))
