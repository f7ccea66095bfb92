"""The account in its owner's hands, on a real database."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from accounts.models import Account
from contracts.accounts.families import RedeemKey
from contracts.accounts.identity import (
    AskReset,
    LinkExpired,
    PasswordTooWeak,
    ResetPassword,
    WrongCredentials,
)
from contracts.accounts.own_account import (
    ChangeAccountEmail,
    CodeOver,
    CodeWrong,
    ConfirmCode,
    ConfirmContact,
    ContactKind,
    ContactState,
    EmailTaken,
    ForgetPhone,
    MyAccount,
    RefuseContact,
    SendCodeAgain,
    ShowContactLink,
    Side,
    WrongPassword,
)
from contracts.caller import Role
from contracts.errors import Invalid, NotAllowed, NotSignedIn, TooManyAttempts
from tests.mothers import accounts as mother
from tests.mothers import own_account
from tests.services.accounts.conftest import Desk

LEA = "lea.martin@exemple.fr"
PHONE_MAIL = "33612345678@sms.exemple.fr"


def token_in(desk: Desk, to: str, kind: str) -> str:
    """The link of the last mail of this kind to this address."""
    text = next(mail.text for mail in reversed(desk.mails(to)) if mail.kind == kind)
    return re.findall(r"/compte/confirmer/(\S+)", text)[-1]


def code_in(desk: Desk) -> str:
    return re.findall(r"\d{6}", desk.mails(PHONE_MAIL)[-1].text)[0]


def kinds(desk: Desk, to: str) -> list[str]:
    return [mail.kind for mail in desk.mails(to)]


def actions(desk: Desk, account_id: UUID) -> list[str]:
    from contracts.accounts.own_data import MyJournal

    return [str(line.action) for line in desk.ask(MyJournal(), mother.a_citizen(account_id)).lines]


def a_guardian_with_account(desk: Desk) -> tuple[UUID, UUID]:
    """(account, guardian) of a parent of the school's file."""
    desk.fill()
    guardian_id = desk.guardian("%", "%")[0]
    account_id = desk.parent()
    desk.ask(
        RedeemKey(command_id=uuid4(), key=desk.keys(guardian_id)[guardian_id]), mother.a_citizen(account_id)
    )
    return account_id, guardian_id


# ---------------------------------------------------------------- password


def test_a_password_is_changed_by_who_knows_the_present_one(desk: Desk) -> None:
    account_id = desk.parent()
    desk.ask(own_account.a_password_change(), mother.a_citizen(account_id))
    with pytest.raises(WrongCredentials):
        desk.ask(mother.a_sign_in(), mother.a_visitor())
    assert desk.ask(mother.a_sign_in(password=own_account.NEW_PASSWORD), mother.a_visitor())
    assert kinds(desk, LEA)[-1] == "password_changed"
    assert "password_changed" in actions(desk, account_id)


def test_a_form_sent_twice_changes_the_password_once(desk: Desk) -> None:
    account_id, ask = desk.parent(), own_account.a_password_change()
    desk.ask(ask, mother.a_citizen(account_id))
    desk.ask(ask, mother.a_citizen(account_id))
    assert kinds(desk, LEA).count("password_changed") == 1


def test_a_wrong_present_password_is_refused_and_then_throttled(desk: Desk) -> None:
    account_id = desk.parent()
    for _ in range(6):
        with pytest.raises(WrongPassword):
            desk.ask(own_account.a_password_change(present="autre chose"), mother.a_citizen(account_id))
    with pytest.raises(TooManyAttempts):
        desk.ask(own_account.a_password_change(), mother.a_citizen(account_id))


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        (mother.PASSWORD, "password_same"),
        ("court", "password_short"),
        ("lea.martin 2026", "password_guessable"),
    ],
)
def test_a_new_password_is_judged(desk: Desk, password: str, fault: str) -> None:
    account_id = desk.parent()
    with pytest.raises(PasswordTooWeak) as refusal:
        desk.ask(own_account.a_password_change(password=password), mother.a_citizen(account_id))
    assert refusal.value.details == {"problems": {"password": fault}}


def test_a_link_mailed_before_the_change_opens_nothing_any_more(desk: Desk) -> None:
    account_id = desk.parent()
    desk.ask(AskReset(command_id=uuid4(), email=LEA), mother.a_visitor())
    token = desk.link(LEA)
    desk.ask(own_account.a_password_change(), mother.a_citizen(account_id))
    with pytest.raises(LinkExpired):
        desk.ask(ResetPassword(command_id=uuid4(), token=token, password="encore une autre phrase"))


def test_an_account_of_the_other_kind_is_not_mine(desk: Desk) -> None:
    account_id = desk.parent()
    agent = mother.an_agent().model_copy(update={"account_id": account_id})
    with pytest.raises(NotSignedIn):
        desk.ask(own_account.a_password_change(), agent)


# ---------------------------------------------------------------- e-mail


def test_an_address_changes_once_both_have_agreed(desk: Desk) -> None:
    account_id = desk.parent()
    me = mother.a_citizen(account_id)
    desk.ask(own_account.an_email_change(), me)
    assert desk.ask(MyAccount(), me).pending[0].value == own_account.NEW_EMAIL
    old = ConfirmContact(command_id=uuid4(), token=token_in(desk, LEA, "email_change_old"))
    new = ConfirmContact(command_id=uuid4(), token=token_in(desk, own_account.NEW_EMAIL, "email_change_new"))
    assert desk.ask(new, mother.a_visitor()).state is ContactState.WAITING
    assert desk.ask(MyAccount(), me).email == LEA
    assert desk.ask(old, mother.a_visitor()).state is ContactState.DONE
    assert desk.ask(old, mother.a_visitor()).state is ContactState.DONE, "a double click"
    assert desk.ask(MyAccount(), me) == desk.ask(MyAccount(), me).model_copy(
        update={"email": own_account.NEW_EMAIL, "pending": []}
    )
    assert desk.ask(mother.a_sign_in(email=own_account.NEW_EMAIL.upper()), mother.a_visitor())
    assert (kinds(desk, LEA)[-1], kinds(desk, own_account.NEW_EMAIL)[-1]) == (
        "email_changed",
        "email_changed",
    )
    with pytest.raises(LinkExpired):
        desk.ask(ShowContactLink(token=old.token), mother.a_visitor())


def test_each_side_is_told_what_it_is_asked(desk: Desk) -> None:
    desk.ask(own_account.an_email_change(), mother.a_citizen(desk.parent()))
    seen = desk.ask(ShowContactLink(token=token_in(desk, own_account.NEW_EMAIL, "email_change_new")))
    assert (seen.side, seen.present, seen.value) == (Side.NEW, LEA, own_account.NEW_EMAIL)


def test_the_families_follow_the_new_address(desk: Desk) -> None:
    account_id, _ = a_guardian_with_account(desk)
    before = len(desk.facts("family.updated"))
    desk.ask(own_account.an_email_change(), mother.a_citizen(account_id))
    for to, kind in ((LEA, "email_change_old"), (own_account.NEW_EMAIL, "email_change_new")):
        desk.ask(ConfirmContact(command_id=uuid4(), token=token_in(desk, to, kind)), mother.a_visitor())
    told = desk.facts("family.updated")[before:]
    assert [
        guardian["email"]
        for fact in told
        for guardian in fact["data"]["guardians"]
        if guardian["account_id"] == str(account_id)
    ] == [own_account.NEW_EMAIL] * len(told)
    assert told


def test_a_taken_address_gets_the_same_answer_and_no_link(desk: Desk) -> None:
    desk.parent("autre@exemple.fr")
    account_id = desk.parent()
    asked = own_account.an_email_change(email="Autre@exemple.fr")
    assert desk.ask(asked, mother.a_citizen(account_id)) is None
    assert kinds(desk, "autre@exemple.fr")[-1] == "email_change_taken"
    assert "/compte/confirmer/" not in desk.mails("autre@exemple.fr")[-1].text
    confirmed = desk.ask(
        ConfirmContact(command_id=uuid4(), token=token_in(desk, LEA, "email_change_old")), mother.a_visitor()
    )
    assert confirmed.state is ContactState.WAITING


def test_an_address_taken_meanwhile_is_told_to_itself_alone(desk: Desk) -> None:
    account_id = desk.parent()
    desk.ask(own_account.an_email_change(), mother.a_citizen(account_id))
    new = token_in(desk, own_account.NEW_EMAIL, "email_change_new")
    desk.parent(own_account.NEW_EMAIL)
    desk.ask(ConfirmContact(command_id=uuid4(), token=new), mother.a_visitor())
    old = token_in(desk, LEA, "email_change_old")
    assert desk.ask(ConfirmContact(command_id=uuid4(), token=old)).state is ContactState.NOT_DONE
    assert kinds(desk, own_account.NEW_EMAIL)[-1] == "email_change_taken"
    assert desk.ask(MyAccount(), mother.a_citizen(account_id)).email == LEA


def test_of_two_askings_the_last_counts(desk: Desk) -> None:
    account_id = desk.parent()
    desk.ask(own_account.an_email_change(email="premiere@exemple.fr"), mother.a_citizen(account_id))
    first = token_in(desk, "premiere@exemple.fr", "email_change_new")
    desk.ask(own_account.an_email_change(), mother.a_citizen(account_id))
    with pytest.raises(LinkExpired):
        desk.ask(ConfirmContact(command_id=uuid4(), token=first), mother.a_visitor())


def test_the_old_address_may_refuse(desk: Desk) -> None:
    account_id = desk.parent()
    desk.ask(own_account.an_email_change(), mother.a_citizen(account_id))
    new = token_in(desk, own_account.NEW_EMAIL, "email_change_new")
    with pytest.raises(LinkExpired):
        desk.ask(RefuseContact(command_id=uuid4(), token=new), mother.a_visitor())
    old = token_in(desk, LEA, "email_change_old")
    refused = desk.ask(RefuseContact(command_id=uuid4(), token=old), mother.a_visitor())
    assert (refused.account_id, refused.kind) == (account_id, ContactKind.EMAIL)
    with pytest.raises(LinkExpired):
        desk.ask(ConfirmContact(command_id=uuid4(), token=new), mother.a_visitor())
    assert "contact_change_refused" in actions(desk, account_id)


def test_links_are_over_after_two_days(desk: Desk) -> None:
    desk.ask(own_account.an_email_change(), mother.a_citizen(desk.parent()))
    desk.clock.forward(hours=48)
    with pytest.raises(LinkExpired):
        desk.ask(ShowContactLink(token=token_in(desk, LEA, "email_change_old")), mother.a_visitor())


@pytest.mark.parametrize(
    ("email", "fault"),
    [
        ("LEA.Martin@exemple.fr", "email_same"),
        ("léa@exemple.fr", "email_unusable"),
        ("lea", "email_unusable"),
        ("a" * 65 + "@exemple.fr", "email_unusable"),
        (f"lea@{'x' * 300}.fr", "email_unusable"),
    ],
)
def test_an_address_nobody_can_write_to_is_refused_before_anything_is_sent(
    desk: Desk, email: str, fault: str
) -> None:
    account_id = desk.parent()
    sent = len(desk.mails())
    with pytest.raises(Invalid) as refusal:
        desk.ask(own_account.an_email_change(email=email), mother.a_citizen(account_id))
    assert refusal.value.details == {"problems": {"email": fault}}
    assert len(desk.mails()) == sent


def test_an_agent_who_has_checked_changes_the_address_and_both_are_told(desk: Desk) -> None:
    account_id, guardian_id = a_guardian_with_account(desk)
    ask = ChangeAccountEmail(
        command_id=uuid4(), guardian_id=guardian_id, email=own_account.NEW_EMAIL, checked="carte d’identité"
    )
    with pytest.raises(NotAllowed):
        desk.ask(ask, mother.an_agent(Role.BILLING))
    desk.ask(ask, mother.an_agent())
    desk.ask(ask, mother.an_agent())
    assert kinds(desk, LEA)[-1] == "email_change_old"
    new = token_in(desk, own_account.NEW_EMAIL, "email_change_new")
    assert desk.ask(ConfirmContact(command_id=uuid4(), token=new)).state is ContactState.DONE
    assert desk.ask(MyAccount(), mother.a_citizen(account_id)).email == own_account.NEW_EMAIL
    assert "email_change" in desk.dump()


def test_an_agents_change_can_be_stopped_by_the_old_address(desk: Desk) -> None:
    account_id, guardian_id = a_guardian_with_account(desk)
    ask = ChangeAccountEmail(
        command_id=uuid4(), guardian_id=guardian_id, email=own_account.NEW_EMAIL, checked="carte d’identité"
    )
    desk.ask(ask, mother.an_agent())
    assert desk.ask(
        RefuseContact(command_id=uuid4(), token=token_in(desk, LEA, "email_change_old")), mother.a_visitor()
    )
    desk.parent("autre@exemple.fr")
    with pytest.raises(EmailTaken):
        desk.ask(
            ask.model_copy(update={"command_id": uuid4(), "email": "autre@exemple.fr"}), mother.an_agent()
        )
    assert desk.ask(MyAccount(), mother.a_citizen(account_id)).email == LEA


def test_two_accounts_confirming_one_address_at_once(desk: Desk) -> None:
    tokens = []
    for email in (LEA, "hugo@exemple.fr"):
        account_id = desk.parent(email)
        desk.ask(own_account.an_email_change(), mother.a_citizen(account_id))
        new = token_in(desk, own_account.NEW_EMAIL, "email_change_new")
        desk.ask(ConfirmContact(command_id=uuid4(), token=new), mother.a_visitor())
        tokens.append(token_in(desk, email, "email_change_old"))
        desk.clock.forward(hours=1)

    def confirm(token: str) -> ContactState:
        return desk.ask(ConfirmContact(command_id=uuid4(), token=token), mother.a_visitor()).state

    with ThreadPoolExecutor(2) as pool:
        states = list(pool.map(confirm, tokens))
    assert sorted(states) == [ContactState.DONE, ContactState.NOT_DONE]


# ---------------------------------------------------------------- telephone


def test_a_number_is_kept_once_its_code_was_typed_and_the_link_followed(desk: Desk) -> None:
    account_id = desk.parent()
    me = mother.a_citizen(account_id)
    asked = desk.ask(own_account.a_phone_change(), me)
    assert (asked.value, asked.new_agreed, asked.old_agreed) == (
        "06 12 34 56 78",
        False,
        False,
    )
    assert desk.mails(PHONE_MAIL)[-1].html == ""
    ask = ConfirmCode(command_id=uuid4(), code=code_in(desk)[:3] + " " + code_in(desk)[3:])
    assert desk.ask(ask, me).phone == ""
    link = ConfirmContact(command_id=uuid4(), token=token_in(desk, LEA, "phone_change"))
    assert desk.ask(link, mother.a_visitor()).state is ContactState.DONE
    seen = desk.ask(ask, me)
    assert (seen.phone, seen.phone_verified, seen.pending) == ("06 12 34 56 78", True, [])
    with desk.begin() as session:
        assert session.get_one(Account, account_id).phone == "+33612345678"


def test_five_wrong_codes_end_it_and_another_is_sent_on_demand(desk: Desk) -> None:
    me = mother.a_citizen(desk.parent())
    desk.ask(own_account.a_phone_change(), me)
    right = code_in(desk)
    wrong = "000000" if right != "000000" else "000001"
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as refusal:
            desk.ask(ConfirmCode(command_id=uuid4(), code=wrong), me)
        assert refusal.value.details == {"left": left}
    for code in (wrong, right):
        with pytest.raises((CodeOver, TooManyAttempts)):
            desk.ask(ConfirmCode(command_id=uuid4(), code=code), me)
    desk.clock.forward(hours=1)
    desk.ask(SendCodeAgain(command_id=uuid4()), me)
    assert desk.ask(ConfirmCode(command_id=uuid4(), code=code_in(desk)), me).pending[0].new_agreed


def test_a_code_lives_ten_minutes_and_is_nowhere_in_the_database_but_in_the_message(desk: Desk) -> None:
    me = mother.a_citizen(desk.parent())
    desk.ask(own_account.a_phone_change(), me)
    code = code_in(desk)
    desk.clock.forward(minutes=10)
    with pytest.raises(CodeOver):
        desk.ask(ConfirmCode(command_id=uuid4(), code=code), me)
    with desk.begin() as session:
        for mail in desk.mails(PHONE_MAIL):
            session.delete(mail)
    assert code not in re.sub(r"\d{7,}|[0-9a-f]{12,}", "", desk.dump())


def test_text_messages_are_throttled(desk: Desk) -> None:
    me = mother.a_citizen(desk.parent())
    desk.ask(own_account.a_phone_change(), me)
    for _ in range(3):
        desk.ask(SendCodeAgain(command_id=uuid4()), me)
    with pytest.raises(TooManyAttempts):
        desk.ask(SendCodeAgain(command_id=uuid4()), me)


def test_without_text_messages_a_number_is_kept_as_not_verified(desk: Desk) -> None:
    desk.service.settings = desk.service.settings.model_copy(update={"sms_address": ""})
    me = mother.a_citizen(desk.parent())
    assert desk.ask(own_account.a_phone_change(), me).new_agreed is None
    desk.ask(
        ConfirmContact(command_id=uuid4(), token=token_in(desk, LEA, "phone_change")), mother.a_visitor()
    )
    seen = desk.ask(MyAccount(), me)
    assert (seen.phone, seen.phone_verified) == ("06 12 34 56 78", False)
    desk.ask(ForgetPhone(command_id=uuid4()), me)
    assert desk.ask(MyAccount(), me).phone == ""


def test_what_is_no_number_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.ask(own_account.a_phone_change(phone="06 12 34"), mother.a_citizen(desk.parent()))
    assert refusal.value.details == {"problems": {"phone": "phone_unreadable"}}
    assert desk.mails(PHONE_MAIL) == []
