"""The record of accesses: what accounts writes itself, what the other services tell, what an administrator reads."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from accounts.staff import accesses
from contracts.accounts.accesses import Access, AccessRow, ExportAccesses, ExportTooLong, ListAccesses
from contracts.accounts.families import OpenFamily, RedeemKey, SearchFamilies, SetQuotient
from contracts.accounts.keys import IssueKeys, RevokeKey
from contracts.caller import SYSTEM, Role
from contracts.envelope import Envelope
from contracts.errors import NotAllowed
from contracts.events.billing import BillConsulted
from contracts.events.consultations import ChildConsulted, Consulted
from contracts.events.documents import DocumentOpened
from contracts.events.event import Event
from contracts.events.requests import RequestConsulted
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk

ADMIN = mother.an_agent(Role.ADMINISTRATION)
AGENT = UUID(int=7)


def read(desk: Desk, **choice: object) -> list[AccessRow]:
    return desk.ask(ListAccesses.model_validate(choice), ADMIN).rows


def family_of(desk: Desk, last_name: str) -> UUID:
    return desk.ask(SearchFamilies(text=last_name)).families[0].family_id


def hear(desk: Desk, handler: str, fact: Event) -> None:
    """As the broker would hand it over."""
    envelope = Envelope(
        id=uuid4(),
        source="/espace",
        type=fact.event_type(),
        subject="x",
        time=desk.clock.now(),
        dataschema="",
        data={},
    )
    assert getattr(desk.service, handler)(fact, envelope)


def a_bill(family_id: UUID, **changes: object) -> BillConsulted:
    told = {
        "family_id": family_id,
        "agent_id": AGENT,
        "agent_name": "Régine Sabatier",
        "detail": "Facture 2026-000123",
    }
    return BillConsulted.model_validate({**told, **changes})


@pytest.fixture
def family_id(desk: Desk) -> UUID:
    desk.fill()
    return family_of(desk, "Arnoux")


def test_every_act_of_an_agent_on_a_family_leaves_its_line(desk: Desk, family_id: UUID) -> None:
    agent = mother.an_agent()
    file = desk.ask(OpenFamily(family_id=family_id), agent)
    guardian_id = file.guardians[0].member.guardian_id
    desk.ask(SetQuotient(command_id=uuid4(), family_id=family_id, month=date(2026, 10, 1), euros=700), agent)
    desk.ask(IssueKeys(command_id=uuid4(), guardian_ids=[guardian_id]), agent)
    desk.ask(RevokeKey(command_id=uuid4(), guardian_id=guardian_id), agent)
    assert {Access.OPEN, Access.QUOTIENT, Access.KEY_ISSUED, Access.KEY_REVOKED} == {
        row.access for row in read(desk)
    }
    assert {("Odile Garnier", family_id)} == {(row.agent, row.family_id) for row in read(desk)}


def test_what_other_services_tell_is_kept_with_what_was_opened(desk: Desk, family_id: UUID) -> None:
    hear(desk, "note_bill", a_bill(family_id))
    desk.clock.forward(minutes=1)
    child = ChildConsulted(
        what=Consulted.BOOKINGS,
        family_id=family_id,
        child_id=uuid4(),
        agent_id=AGENT,
        agent_name="Agente Barbier",
        detail="Marius Arnoux, 11/2026",
    )
    hear(desk, "note_child", child)
    assert [(row.access, row.agent, row.detail) for row in read(desk)] == [
        (Access.BOOKINGS, "Agente Barbier", "Marius Arnoux, 11/2026"),
        (Access.BILL, "Régine Sabatier", "Facture 2026-000123"),
    ]


def test_a_document_and_a_request_concern_the_families_of_whose_they_are(desk: Desk, family_id: UUID) -> None:
    account_id = desk.parent()
    [guardian, *_] = desk.ask(OpenFamily(family_id=family_id)).guardians
    key = desk.keys(guardian.member.guardian_id)[guardian.member.guardian_id]
    desk.ask(RedeemKey(command_id=uuid4(), key=key), mother.a_citizen(account_id))
    desk.clock.forward(minutes=1)
    opened = DocumentOpened(
        share_id=uuid4(),
        document_id=uuid4(),
        agent_id=AGENT,
        agent_name="Nadia Benali",
        account_id=account_id,
        subject_kind="enrolment",
        subject_id=uuid4(),
    )
    hear(desk, "note_document", opened)
    hear(desk, "note_document", opened.model_copy(update={"account_id": uuid4()}))
    hear(desk, "note_document", opened.model_copy(update={"subject_kind": "family", "subject_id": family_id}))
    lines = [row for row in read(desk) if row.access == Access.DOCUMENT]
    assert {"Document joint à une inscription", "Document joint au dossier famille"} == {
        row.detail for row in lines
    }
    assert {family_id} == {row.family_id for row in lines}
    assert len(lines) == 2
    asked = RequestConsulted(
        request_id=uuid4(),
        number="2026-000123",
        title="Acte d’état civil",
        account_id=account_id,
        agent_id=AGENT,
        agent_name="Nadia Benali",
    )
    hear(desk, "note_request", asked)
    hear(desk, "note_request", asked.model_copy(update={"account_id": uuid4()}))
    [line] = [row for row in read(desk) if row.access == Access.REQUEST]
    assert (line.family_id, line.detail) == (family_id, "Demande 2026-000123, Acte d’état civil")


def test_the_installation_leaves_no_line(desk: Desk, family_id: UUID) -> None:
    desk.ask(OpenFamily(family_id=family_id), SYSTEM)
    assert read(desk) == []


def test_lines_are_chosen_by_family_agent_and_day(desk: Desk, family_id: UUID) -> None:
    other = family_of(desk, "Escoffet")
    hear(desk, "note_bill", a_bill(family_id))
    hear(desk, "note_bill", a_bill(other, agent_id=UUID(int=8)))
    desk.clock.forward(days=2)
    hear(desk, "note_bill", a_bill(other))
    today = mother.NOW.date()
    assert [other, other] == [row.family_id for row in read(desk, family="escoffet")]
    assert [family_id] == [row.family_id for row in read(desk, family="arnoux")]
    assert [other] == [row.family_id for row in read(desk, agent_id=UUID(int=8))]
    assert len(read(desk, until=today)) == 2
    assert len(read(desk, since=today + timedelta(days=1))) == 1
    assert len(read(desk, since=today, until=today + timedelta(days=2))) == 3


def test_the_file_has_the_same_lines_oldest_first_and_is_bounded(
    desk: Desk, family_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        hear(desk, "note_bill", a_bill(family_id))
        desk.clock.forward(hours=1)
    assert desk.ask(ExportAccesses(), ADMIN) == read(desk)[::-1]
    monkeypatch.setattr(accesses, "MOST", 2)
    with pytest.raises(ExportTooLong) as refusal:
        desk.ask(ExportAccesses(), ADMIN)
    assert refusal.value.details == {"count": 3, "most": 2}


def test_lines_come_by_pages(desk: Desk, family_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accesses, "PER_PAGE", 2)
    for number in range(5):
        hear(desk, "note_bill", a_bill(family_id, detail=str(number)))
        desk.clock.forward(minutes=1)
    page = desk.ask(ListAccesses(page=2), ADMIN)
    assert ([row.detail for row in page.rows], page.page, page.pages, page.total) == (["2", "1"], 2, 3, 5)
    assert desk.ask(ListAccesses(page=99), ADMIN).page == 3


def test_the_record_is_kept_a_year(desk: Desk, family_id: UUID) -> None:
    hear(desk, "note_bill", a_bill(family_id))
    desk.clock.forward(days=365)
    desk.service.forget_old()
    assert len(read(desk)) == 1
    desk.clock.forward(days=1)
    desk.service.forget_old()
    assert read(desk) == []


def test_the_record_is_for_administrators(desk: Desk) -> None:
    others = mother.an_agent(*(set(Role) - {Role.ADMINISTRATION}))
    for ask in (ListAccesses(), ExportAccesses()):
        with pytest.raises(NotAllowed):
            desk.ask(ask, others)


def test_the_family_s_file_shows_the_last_ones_to_an_administrator_alone(desk: Desk, family_id: UUID) -> None:
    hear(desk, "note_bill", a_bill(family_id))
    both = mother.an_agent(Role.FAMILY_FILES, Role.ADMINISTRATION)
    assert [
        (each.action, each.detail) for each in desk.ask(OpenFamily(family_id=family_id), both).accesses
    ] == [("bill", "Facture 2026-000123")]
    assert desk.ask(OpenFamily(family_id=family_id), mother.an_agent(Role.FAMILY_FILES)).accesses == []


def test_who_administers_the_portal_reads_the_record_and_no_family_s_file(
    desk: Desk, family_id: UUID
) -> None:
    for ask in (OpenFamily(family_id=family_id), SearchFamilies()):
        with pytest.raises(NotAllowed):
            desk.ask(ask, ADMIN)
    assert read(desk) == []
