"""The journal, the export and the end of an account, on a real database."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from accounts.household.contact_models import Contact, ContactChild, Insurance
from accounts.identity.journal import note_opening
from accounts.identity.own_account_models import FailedSignIn
from accounts.mailing.mail_models import Mail
from accounts.models import Account, FamilyChild, Guardian
from contracts.accounts.families import MyHousehold, RedeemKey
from contracts.accounts.identity import AskReset, ResetPassword, WrongCredentials
from contracts.accounts.journal import Action
from contracts.accounts.mail import MailState
from contracts.accounts.own_account import MyAccount, WrongPassword
from contracts.accounts.own_data import (
    CloseAccount,
    ExportFormat,
    JournalLine,
    MyJournal,
    NoteExport,
    NoteSessionsClosed,
    OpenMyRecords,
)
from contracts.errors import NotSignedIn, TooManyAttempts
from contracts.events.documents import DocumentOpened
from gateway.papers.records_words import LABELS
from tests.mothers import accounts as mother
from tests.mothers import own_account
from tests.services.accounts.conftest import Desk
from tests.services.accounts.test_own_account import LEA, a_guardian_with_account, kinds


def journal(desk: Desk, account_id: UUID, page: int = 1) -> list[JournalLine]:
    return desk.ask(MyJournal(page=page), mother.a_citizen(account_id)).lines


def close(desk: Desk, account_id: UUID, password: str = mother.PASSWORD) -> None:
    desk.ask(CloseAccount(command_id=uuid4(), password=password), mother.a_citizen(account_id))


# ---------------------------------------------------------------- the journal


def test_the_journal_tells_what_was_done_and_from_where(desk: Desk) -> None:
    account_id = desk.parent()
    desk.ask(mother.a_sign_in(), mother.a_visitor("203.0.113.9"))
    desk.ask(AskReset(command_id=uuid4(), email=LEA), mother.a_visitor())
    desk.ask(ResetPassword(command_id=uuid4(), token=desk.link(LEA), password=own_account.NEW_PASSWORD))
    desk.ask(
        NoteSessionsClosed(command_id=uuid4(), browsers=["Firefox, Windows"]), mother.a_citizen(account_id)
    )
    lines = journal(desk, account_id)
    assert {line.action for line in lines} == {
        Action.REGISTERED, Action.SIGNED_IN, Action.PASSWORD_RESET, Action.SESSIONS_CLOSED,
    }  # fmt: skip
    assert "203.0.113.9" in {line.address for line in lines}


def test_a_failed_sign_in_is_noted_for_who_has_an_account_and_forgotten_for_who_has_none(desk: Desk) -> None:
    account_id = desk.parent()
    for email in (LEA, "personne@exemple.fr"):
        with pytest.raises(WrongCredentials):
            desk.ask(mother.a_sign_in(email=email, password="au hasard"), mother.a_visitor("203.0.113.66"))
    assert desk.count("failed_sign_in") == 2, "the same work for both"
    desk.service.note_failures()
    failures = [line for line in journal(desk, account_id) if line.action == Action.SIGN_IN_FAILED]
    assert [line.address for line in failures] == ["203.0.113.66"]
    assert desk.count("failed_sign_in") == 0
    with desk.begin() as session:
        assert session.scalars(select(FailedSignIn)).all() == []


def test_the_journal_comes_in_pages_and_is_nobody_elses(desk: Desk) -> None:
    account_id = desk.parent()
    for number in range(30):
        desk.clock.forward(minutes=1)
        desk.ask(NoteSessionsClosed(command_id=uuid4(), browsers=[str(number)]), mother.a_citizen(account_id))
    page = desk.ask(MyJournal(), mother.a_citizen(account_id))
    assert (len(page.lines), page.pages, page.total) == (25, 2, 31)
    assert page.lines[0].details == {"browsers": ["29"]}
    assert len(journal(desk, account_id, page=2)) == 6
    assert journal(desk, desk.parent("autre@exemple.fr"))[0].action == Action.REGISTERED


def test_the_journal_forgets_after_a_year(desk: Desk) -> None:
    account_id = desk.parent()
    desk.clock.forward(days=366)
    desk.service.forget_old()
    assert journal(desk, account_id) == []


def test_a_document_opened_by_an_agent_is_told_to_its_owner(desk: Desk) -> None:
    account_id = desk.parent()
    fact = DocumentOpened(
        share_id=uuid4(), document_id=uuid4(), agent_id=uuid4(), agent_name="Odile Garnier",
        account_id=account_id, type_name="Attestation d’assurance",
    )  # fmt: skip
    for account in (account_id, uuid4(), None):
        with desk.begin() as session:
            told = fact.model_copy(update={"account_id": account})
            note_opening(session, told, mother.NOW)
    line = next(each for each in journal(desk, account_id) if each.action == Action.DOCUMENT_OPENED)
    assert (line.done_by, line.details["type_name"]) == ("Odile Garnier", "Attestation d’assurance")


# ---------------------------------------------------------------- everything


def test_everything_is_given_to_who_gives_the_password_again(desk: Desk) -> None:
    account_id, _ = a_guardian_with_account(desk)
    me = mother.a_citizen(account_id)
    with pytest.raises(WrongPassword):
        desk.ask(OpenMyRecords(command_id=uuid4(), password="pas le bon"), me)
    found = desk.ask(OpenMyRecords(command_id=uuid4(), password=mother.PASSWORD), me)
    assert found["account"]["email"] == LEA
    assert found["families"][0]["guardians"][0]["is_me"]
    assert {"activation_keys", "mails", "journal", "contact_changes"} <= found.keys()
    assert "argon2" not in str(found)
    desk.ask(NoteExport(command_id=uuid4(), format=ExportFormat.PDF), me)
    assert kinds(desk, LEA)[-1] == "data_exported"
    exported = next(line for line in journal(desk, account_id) if line.action == Action.DATA_EXPORTED)
    assert exported.details == {"format": "pdf"}


def test_nothing_of_the_other_household_is_given(desk: Desk) -> None:
    desk.fill()
    with desk.begin() as session:
        both = session.execute(
            select(Guardian.family_id, Guardian.guardian_id)
            .where(Guardian.family_id.in_(_families_sharing_a_child(desk)))
            .order_by(Guardian.family_id)
        ).all()
    mine, other = both[0], next(row for row in both if row[0] != both[0][0])
    account_id = desk.parent()
    key = desk.keys(mine[1])[mine[1]]
    desk.ask(RedeemKey(command_id=uuid4(), key=key), mother.a_citizen(account_id))
    found = desk.ask(
        OpenMyRecords(command_id=uuid4(), password=mother.PASSWORD), mother.a_citizen(account_id)
    )
    own = {family["family_id"] for family in found["families"]}
    assert str(mine[0]) in own
    if str(other[0]) not in own:
        assert str(other[0]) not in str(found)
        assert str(other[1]) not in str(found)


def test_every_key_of_an_export_has_its_word_on_paper(desk: Desk) -> None:
    account_id, _ = a_guardian_with_account(desk)
    desk.ask(own_account.an_email_change(), mother.a_citizen(account_id))
    found = desk.ask(
        OpenMyRecords(command_id=uuid4(), password=mother.PASSWORD), mother.a_citizen(account_id)
    )
    assert (
        sorted(key for key in _keys(found) if key not in LABELS and not key.endswith(("_id", "_ids"))) == []
    )


def test_what_the_family_has_written_in_its_file_is_given(desk: Desk) -> None:
    account_id, guardian_id = a_guardian_with_account(desk)
    with desk.begin() as session:
        family_id = session.get_one(Guardian, guardian_id).family_id
        child_id = session.scalars(
            select(FamilyChild.child_id).where(FamilyChild.family_id == family_id)
        ).first()
        contact = Contact(
            family_id=family_id, first_name="Rose", last_name="Martin", relation="grandparent",
            phones=["06 12 34 56 78"], call_order=1, may_collect=True,
        )  # fmt: skip
        session.add(contact)
        session.flush()
        session.add(ContactChild(contact_id=contact.contact_id, child_id=child_id))
        session.add(
            Insurance(
                family_id=family_id,
                child_id=child_id,
                company="MAE",
                number="1",
                valid_until=mother.NOW.date(),
            )
        )
    found = desk.ask(
        OpenMyRecords(command_id=uuid4(), password=mother.PASSWORD), mother.a_citizen(account_id)
    )
    [contact], [insurance] = found["contacts"], found["insurances"]
    assert (contact["first_name"], contact["phones"], len(contact["children"])) == (
        "Rose", ["06 12 34 56 78"], 1,
    )  # fmt: skip
    assert (insurance["company"], insurance["valid_until"]) == ("MAE", "2026-11-23")
    assert sorted((set(contact) | set(insurance)) - set(LABELS)) == []


def test_exports_are_throttled(desk: Desk) -> None:
    me = mother.a_citizen(desk.parent())
    for _ in range(6):
        desk.ask(OpenMyRecords(command_id=uuid4(), password=mother.PASSWORD), me)
    with pytest.raises(TooManyAttempts):
        desk.ask(OpenMyRecords(command_id=uuid4(), password=mother.PASSWORD), me)


# ---------------------------------------------------------------- the end


def test_a_closed_account_is_gone_and_its_address_is_free(desk: Desk) -> None:
    account_id, guardian_id = a_guardian_with_account(desk)
    with pytest.raises(WrongPassword):
        close(desk, account_id, "pas le bon")
    with desk.begin() as session:
        session.execute(update(Mail).values(state=MailState.SENT))
    close(desk, account_id)
    with pytest.raises(WrongCredentials):
        desk.ask(mother.a_sign_in(), mother.a_visitor())
    for question in (MyHousehold(), MyAccount()):
        with pytest.raises(NotSignedIn):
            desk.ask(question, mother.a_citizen(account_id))
    with desk.begin() as session:
        account = session.get_one(Account, account_id)
        assert (account.first_name, account.last_name, account.phone, account.password_hash) == (
            "",
            "",
            "",
            None,
        )
        assert account.closed_at == mother.NOW
        assert session.get_one(Guardian, guardian_id).account_id is None
    assert kinds(desk, LEA) == ["account_closed"]
    assert desk.count(f"account_event WHERE account_id = '{account_id}'") == 0
    assert [fact["data"] for fact in desk.facts("account.closed")] == [{"account_id": str(account_id)}]
    assert desk.parent() != account_id


def test_the_families_of_a_closed_account_are_told_without_it(desk: Desk) -> None:
    account_id, _ = a_guardian_with_account(desk)
    before = len(desk.facts("family.updated"))
    close(desk, account_id)
    told = desk.facts("family.updated")[before:]
    assert told
    assert str(account_id) not in str(told)


def test_a_new_key_opens_the_family_again(desk: Desk) -> None:
    account_id, guardian_id = a_guardian_with_account(desk)
    close(desk, account_id)
    again = desk.parent()
    key = desk.keys(guardian_id)[guardian_id]
    assert desk.ask(RedeemKey(command_id=uuid4(), key=key), mother.a_citizen(again)).families


def test_an_agents_account_is_not_closed_this_way(desk: Desk) -> None:
    with pytest.raises(NotSignedIn):
        desk.ask(CloseAccount(command_id=uuid4(), password="x"), mother.an_agent())


def test_a_key_redeemed_while_the_account_closes_links_nothing_to_a_closed_account(desk: Desk) -> None:
    desk.fill()
    guardian_id = desk.guardian("%", "%")[0]
    for number in range(4):
        account_id = desk.parent(f"parent{number}@exemple.fr")
        key = desk.keys(guardian_id)[guardian_id]

        def redeem(key: str = key, account_id: UUID = account_id) -> None:
            with suppress(NotSignedIn):
                desk.ask(RedeemKey(command_id=uuid4(), key=key), mother.a_citizen(account_id))

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(redeem), pool.submit(close, desk, account_id)]
            for each in done:
                each.result()
        with desk.begin() as session:
            assert session.scalars(select(Guardian).where(Guardian.account_id == account_id)).all() == []


def _families_sharing_a_child(desk: Desk) -> list[UUID]:
    with desk.begin() as session:
        rows = session.execute(
            text(
                "SELECT family_id FROM family_child WHERE child_id = "
                "(SELECT child_id FROM family_child GROUP BY child_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1)"
            )
        )
        return [row[0] for row in rows]


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        # What a line of the journal carries fills its sentence; it is not shown by its keys.
        return set(value) - {"details", "action", "is_me"} | {
            key for name, each in value.items() if name != "details" for key in _keys(each)
        }
    if isinstance(value, list):
        return {key for each in value for key in _keys(each)}
    return set()
