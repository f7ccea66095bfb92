"""Démarches on a real database: shipped, composed."""

import threading
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from contracts.caller import Role
from contracts.enrolment.procedures import (
    DropProcedureDraft,
    FormUnsound,
    ListProcedureForms,
    ListProcedures,
    MakeProcedure,
    OpenProcedureForm,
    ProcedureChanged,
    ProcedureExists,
    PublishProcedure,
    RetireProcedure,
    SaveProcedureForm,
    ShowProcedure,
)
from contracts.errors import NotAllowed, NotFound, NotSignedIn
from enrolment.procedures import shipping
from enrolment.procedures.models import FormVersion
from tests.mothers.procedures import form, removal
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.office import AGENT, CODE, VISITOR, Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


# ---------------------------------------------------------------- shipped


def test_every_town_has_what_the_software_ships_once(office: Office) -> None:
    def install() -> None:
        with office.town.begin() as session:
            shipping.install(session, NOW)

    threads = [threading.Thread(target=install) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    listed = office.ask(ListProcedures(), VISITOR).procedures
    assert {card.code for card in listed} == set(shipping.shipped())
    assert office.town.count("SELECT count(*) FROM form_version") == len(shipping.shipped())


def test_a_newer_edition_replaces_what_was_shipped_but_not_what_the_town_composed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.town.begin() as session:
        shipping.install(session, NOW)
    office.offer(shipping.shipped()["emploi"][1], "emploi")
    newer = {code: (edition + 1, said) for code, (edition, said) in shipping.shipped().items()}
    monkeypatch.setattr(shipping, "shipped", lambda: newer)

    with office.town.begin() as session:
        published = shipping.install(session, NOW)

    assert set(published) == set(newer) - {"emploi"}
    assert office.ask(ShowProcedure(code="stage"), VISITOR).number == 2


# ---------------------------------------------------------------- composed


def test_an_agent_composes_a_procedure_and_it_is_offered_once_published(office: Office) -> None:
    office.ask(MakeProcedure(command_id=uuid4(), code=CODE, form=form()))
    assert office.ask(ListProcedures(), VISITOR).procedures == []
    with pytest.raises(NotFound):
        office.ask(ShowProcedure(code=CODE), VISITOR)
    desk = office.ask(OpenProcedureForm(code=CODE))
    assert [fault.code for fault in desk.faults] == ["no_page"]
    with pytest.raises(FormUnsound):
        office.ask(PublishProcedure(command_id=uuid4(), code=CODE, revision=desk.revision))

    office.offer(removal())

    shown = office.ask(ShowProcedure(code=CODE), VISITOR)
    assert shown.number == 1
    assert [page.name for page in shown.form.pages] == ["what", "who", "contact"]


def test_two_agents_do_not_overwrite_one_another(office: Office) -> None:
    desk = office.ask(MakeProcedure(command_id=uuid4(), code=CODE, form=removal()))
    with pytest.raises(ProcedureExists):
        office.ask(MakeProcedure(command_id=uuid4(), code=CODE, form=removal()))
    save = SaveProcedureForm(command_id=uuid4(), code=CODE, revision=desk.revision, form=removal())
    assert office.ask(save).revision == office.ask(save).revision == desk.revision + 1

    with pytest.raises(ProcedureChanged):
        office.ask(save.model_copy(update={"command_id": uuid4()}))
    with pytest.raises(ProcedureChanged):
        office.ask(PublishProcedure(command_id=uuid4(), code=CODE, revision=desk.revision))


def test_a_draft_is_given_up_and_a_procedure_never_published_goes_with_it(office: Office) -> None:
    desk = office.offer(removal())
    saved = office.ask(
        SaveProcedureForm(command_id=uuid4(), code=CODE, revision=desk.revision, form=form(title="Autre"))
    )
    assert saved.is_draft
    assert office.ask(DropProcedureDraft(command_id=uuid4(), code=CODE, revision=saved.revision))
    again = office.ask(OpenProcedureForm(code=CODE))
    assert (again.is_draft, again.form.title) == (False, "Occuper la rue")

    made = office.ask(MakeProcedure(command_id=uuid4(), code="autre", form=form()))
    assert not office.ask(DropProcedureDraft(command_id=uuid4(), code="autre", revision=made.revision))
    assert [line.code for line in office.ask(ListProcedureForms())] == [CODE]


def test_a_published_version_cannot_be_changed_even_by_hand(office: Office) -> None:
    office.offer(removal())

    change = update(FormVersion).values(published_by="X")
    with office.town.begin() as session, pytest.raises(DBAPIError, match="never changed"):
        session.execute(change)


def test_only_the_administration_composes(office: Office) -> None:
    clerk = AGENT.model_copy(update={"roles": frozenset({Role.REQUESTS})})
    commands = [
        ListProcedureForms(),
        OpenProcedureForm(code=CODE),
        MakeProcedure(command_id=uuid4(), code=CODE, form=removal()),
        SaveProcedureForm(command_id=uuid4(), code=CODE, revision=1, form=removal()),
        PublishProcedure(command_id=uuid4(), code=CODE, revision=1),
        DropProcedureDraft(command_id=uuid4(), code=CODE, revision=1),
        RetireProcedure(command_id=uuid4(), code=CODE, retired=True),
    ]
    for command in commands:
        with pytest.raises(NotAllowed):
            office.ask(command, clerk)
        with pytest.raises(NotSignedIn):
            office.ask(command, VISITOR)
