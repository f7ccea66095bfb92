"""Names as people have them and links as people press them, on a real database: kept, shown and mailed as typed."""

from uuid import uuid4

import pytest

from contracts.accounts.families import MyHousehold
from contracts.accounts.identity import AskReset, ConfirmEmail, LinkExpired, ResetPassword
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300,
        "de La Tour d’Auvergne",
        "O'Brien",
        "N’Guyen-Phu",
        "Мария",
        "محمد",
        "王小明",
        "مهدی\u200cزاده",
        "Nguyễn",
        "<b>&amp;",
        "{{ 7 * 7 }} %s %(x)s \\n",
    ],
)
def test_a_name_is_kept_shown_and_mailed_as_it_was_typed(desk: Desk, name: str) -> None:
    account_id = desk.parent(first_name=name, last_name=name)
    mail = desk.mails()[0]
    assert f"Bonjour {name}," in mail.text
    assert "<b>&amp;" not in mail.html
    assert desk.ask(mother.a_sign_in(), mother.a_visitor()).name == f"Mme {name} {name}"
    shown = desk.ask(MyHousehold(), mother.a_citizen(account_id)).account
    assert (shown.first_name, shown.last_name) == (name, name)


def test_accents_are_composed_and_invisible_signs_dropped(desk: Desk) -> None:
    account_id = desk.parent(first_name="Le\u0301a\u202e", last_name="\ufeffMar\u200ftin")
    shown = desk.ask(MyHousehold(), mother.a_citizen(account_id)).account
    assert (shown.first_name, shown.last_name) == ("Léa", "Martin")


@pytest.mark.parametrize("email", ["lea.martin+ville@exemple.fr", "lea@forêt.fr", "LEA@exemple.fr"])
def test_an_address_with_a_plus_or_an_accent_opens_an_account(desk: Desk, email: str) -> None:
    desk.ask(mother.a_registration(email=email))
    desk.ask(ConfirmEmail(command_id=uuid4(), token=desk.link(email.lower())))
    assert desk.ask(mother.a_sign_in(email=email), mother.a_visitor())


def test_of_two_links_for_a_password_the_last_one_works(desk: Desk) -> None:
    desk.parent()
    links = []
    for _ in range(2):
        desk.ask(AskReset(command_id=uuid4(), email="lea.martin@exemple.fr"), mother.a_visitor())
        links.append(desk.link("lea.martin@exemple.fr"))
    with pytest.raises(LinkExpired):
        desk.ask(ResetPassword(command_id=uuid4(), token=links[0], password=mother.PASSWORD))
    assert desk.ask(ResetPassword(command_id=uuid4(), token=links[1], password=mother.PASSWORD))


def test_of_two_askings_for_one_address_the_first_confirmed_is_the_account(desk: Desk) -> None:
    links = []
    for _ in range(2):
        desk.ask(mother.a_registration())
        links.append(desk.link("lea.martin@exemple.fr"))
    desk.ask(ConfirmEmail(command_id=uuid4(), token=links[1]))
    with pytest.raises(LinkExpired):
        desk.ask(ConfirmEmail(command_id=uuid4(), token=links[0]))


@pytest.mark.parametrize("token", ["", "x", "é" * 1000, "\x00"])
def test_a_link_that_was_never_ours_is_refused_in_words(desk: Desk, token: str) -> None:
    with pytest.raises(LinkExpired):
        desk.ask(ConfirmEmail(command_id=uuid4(), token=token))
    with pytest.raises(LinkExpired):
        desk.ask(ResetPassword(command_id=uuid4(), token=token, password=mother.PASSWORD))
