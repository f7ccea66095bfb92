"""Accounts on a real database: nothing ever tells whether one exists."""

from uuid import uuid4

import pytest
from sqlalchemy import update

from accounts.identity import passwords
from accounts.models import Account
from contracts.accounts.identity import (
    AskReset,
    ConfirmEmail,
    EmailNotConfirmed,
    LinkExpired,
    PasswordTooWeak,
    ResetPassword,
    WrongCredentials,
)
from contracts.errors import TooManyAttempts
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk


def test_from_registration_to_the_last_sign_in(desk: Desk) -> None:
    account_id = desk.parent()
    assert str(account_id) == desk.facts("account.registered")[0]["data"]["account_id"]
    first = desk.ask(mother.a_sign_in(), mother.a_visitor())
    assert (first.name, first.last_sign_in) == ("Mme Léa Martin", None)
    desk.clock.forward(hours=3)
    assert (
        desk.ask(mother.a_sign_in(email="Lea.Martin@Exemple.FR "), mother.a_visitor()).last_sign_in
        == mother.NOW
    )


def test_an_address_confirmed_before_facts_carried_it_is_told_once(desk: Desk) -> None:
    lea, paul = desk.parent(), desk.parent("paul.roux@exemple.fr")
    with desk.service.begin() as session:
        session.execute(update(Account).where(Account.account_id == paul).values(address_told=False))
    for _ in range(2):
        desk.service.tell_addresses()

    [told] = desk.facts("account.address_confirmed")
    assert told["data"] == {"account_id": str(paul), "email": "paul.roux@exemple.fr"}
    assert str(lea) != told["data"]["account_id"]


def test_a_taken_address_gets_the_same_answer_and_another_mail(desk: Desk) -> None:
    desk.parent()
    assert desk.ask(mother.a_registration(), mother.a_visitor()) is None
    assert [mail.kind for mail in desk.mails()] == ["confirm", "already"]
    assert "creer-mon-espace/confirmer" not in desk.mails()[-1].text


def test_a_form_sent_twice_is_one_asking(desk: Desk) -> None:
    asked = mother.a_registration()
    desk.ask(asked)
    desk.ask(asked)
    assert len(desk.mails()) == 1


def test_a_link_works_once_and_for_two_days(desk: Desk) -> None:
    desk.ask(mother.a_registration())
    token, command = desk.link("lea.martin@exemple.fr"), uuid4()
    desk.ask(ConfirmEmail(command_id=command, token=token))
    desk.ask(ConfirmEmail(command_id=command, token=token))
    with pytest.raises(LinkExpired):
        desk.ask(ConfirmEmail(command_id=uuid4(), token=token))
    desk.ask(mother.a_registration(email="tard@exemple.fr"))
    desk.clock.forward(hours=48)
    with pytest.raises(LinkExpired):
        desk.ask(ConfirmEmail(command_id=uuid4(), token=desk.link("tard@exemple.fr")))


def test_somebody_elses_password_for_my_address_never_becomes_mine(desk: Desk) -> None:
    desk.ask(mother.a_registration())
    mine = desk.link("lea.martin@exemple.fr")
    desk.ask(mother.a_registration(password="le mot de passe d’un intrus"))
    desk.ask(ConfirmEmail(command_id=uuid4(), token=mine))
    assert desk.ask(mother.a_sign_in(), mother.a_visitor())
    with pytest.raises(LinkExpired):
        desk.ask(ConfirmEmail(command_id=uuid4(), token=desk.link("lea.martin@exemple.fr")))


def test_passwords_and_tokens_are_nowhere_in_the_database_but_in_the_mail(desk: Desk) -> None:
    desk.parent()
    dump = desk.dump()
    assert mother.PASSWORD not in dump
    assert "$argon2id$" in dump


def test_wrong_password_and_unknown_account_are_one_refusal_and_one_work(desk: Desk, monkeypatch) -> None:
    desk.parent()
    verified: list[bool] = []
    verify = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda *args: verified.append(True) or verify(*args))
    for changes in (
        {"password": "autre chose encore"},
        {"email": "personne@exemple.fr"},
        {"email": "x"},
    ):
        with pytest.raises(WrongCredentials) as refusal:
            desk.ask(mother.a_sign_in(**changes), mother.a_visitor())
        assert refusal.value.details == {}
    assert len(verified) == 3


def test_an_unconfirmed_account_is_reminded_only_to_who_knows_its_password(desk: Desk) -> None:
    desk.ask(mother.a_registration())
    with pytest.raises(WrongCredentials):
        desk.ask(mother.a_sign_in(password="pas celui-là du tout"), mother.a_visitor())
    with pytest.raises(EmailNotConfirmed):
        desk.ask(mother.a_sign_in(), mother.a_visitor())
    assert len(desk.mails()) == 2
    desk.ask(ConfirmEmail(command_id=uuid4(), token=desk.link("lea.martin@exemple.fr")))
    assert desk.ask(mother.a_sign_in(), mother.a_visitor())


@pytest.mark.parametrize("email", ["lea.martin@exemple.fr", "personne@exemple.fr"])
def test_known_or_not_the_sixth_failure_waits(desk: Desk, email: str) -> None:
    desk.parent()
    for _ in range(6):
        with pytest.raises(WrongCredentials):
            desk.ask(mother.a_sign_in(email=email, password="x" * 12), mother.a_visitor())
    with pytest.raises(TooManyAttempts) as refusal:
        desk.ask(mother.a_sign_in(email=email), mother.a_visitor("203.0.113.9"))
    assert refusal.value.details == {"retry_after": 16}


def test_many_accounts_from_one_address_are_throttled_by_the_address(desk: Desk) -> None:
    for number in range(31):
        with pytest.raises(WrongCredentials):
            desk.ask(mother.a_sign_in(email=f"p{number}@exemple.fr"), mother.a_visitor())
    with pytest.raises(TooManyAttempts):
        desk.ask(mother.a_sign_in(email="p99@exemple.fr"), mother.a_visitor())


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(desk: Desk) -> None:
    desk.parent()
    desk.ask(AskReset(command_id=uuid4(), email="lea.martin@exemple.fr"), mother.a_visitor())
    token = desk.link("lea.martin@exemple.fr")
    new = "quatre bateaux au soleil"
    desk.ask(ResetPassword(command_id=uuid4(), token=token, password=new))
    with pytest.raises(WrongCredentials):
        desk.ask(mother.a_sign_in(), mother.a_visitor())
    assert desk.ask(mother.a_sign_in(password=new), mother.a_visitor())
    with pytest.raises(LinkExpired):
        desk.ask(ResetPassword(command_id=uuid4(), token=token, password=new))
    assert desk.mails()[-1].kind == "password_changed"


def test_a_reset_answers_the_same_for_an_unknown_address(desk: Desk) -> None:
    assert desk.ask(AskReset(command_id=uuid4(), email="personne@exemple.fr"), mother.a_visitor()) is None
    assert desk.mails()[-1].kind == "no_account"


def test_a_weak_password_is_refused_with_the_reason(desk: Desk) -> None:
    with pytest.raises(PasswordTooWeak) as refusal:
        desk.ask(mother.a_registration(password="motdepasse2026"))
    assert refusal.value.details == {"problems": {"password": "password_guessable"}}
