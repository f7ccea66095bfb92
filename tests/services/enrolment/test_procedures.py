"""Démarches on a real database: shipped, composed, filled with or without an account, changed meanwhile."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from contracts.caller import Caller, Kind, Role
from contracts.enrolment.drafts import (
    DraftIncomplete,
    DraftView,
    DropDraft,
    FormChanged,
    OpenDraft,
    ProcedureRetired,
    RenewDraft,
    SaveAnswers,
    StartDraft,
)
from contracts.enrolment.mine import EnrolmentRecords
from contracts.enrolment.procedure_forms import CONTACT_EMAIL, Answers, Audience, FieldKind, ProcedureForm
from contracts.enrolment.procedures import (
    DropProcedureDraft,
    FormUnsound,
    ListProcedureForms,
    ListProcedures,
    MakeProcedure,
    OpenProcedureForm,
    ProcedureChanged,
    ProcedureDesk,
    ProcedureExists,
    PublishProcedure,
    RetireProcedure,
    SaveProcedureForm,
    ShowProcedure,
)
from contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooManyAttempts
from deploy.local.demo import procedures as demo
from enrolment.procedures import drafts, shipping
from enrolment.procedures.models import FormVersion, RequestDraft
from tests.mothers import enrolment as mother
from tests.mothers.procedures import choice, field, form, page, removal
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.counter import Counter
from tests.unit.gateway.doubles import SetClock

AGENT = Caller(
    kind=Kind.AGENT, account_id=uuid4(), name="Paul Durand", roles=frozenset({Role.ADMINISTRATION})
)
VISITOR = Caller()
SECRET = "s" * 43
CODE = "occuper-la-rue"
GOOD: Answers = {"why": "works", "weeks": 2}


class Office:
    """The service, called as the gateway calls it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.clock = SetClock(NOW)
        self.counter = Counter(town.sessions, self.clock)

    def ask(self, question: Any, caller: Caller = AGENT) -> Any:
        return self.counter.ask(question, caller)

    def offer(self, of: ProcedureForm, code: str = CODE) -> ProcedureDesk:
        """Made, or changed, and published."""
        try:
            desk = self.ask(OpenProcedureForm(code=code))
        except NotFound:
            desk = self.ask(MakeProcedure(command_id=uuid4(), code=code, form=of))
        saved = self.ask(SaveProcedureForm(command_id=uuid4(), code=code, revision=desk.revision, form=of))
        published: ProcedureDesk = self.ask(
            PublishProcedure(command_id=uuid4(), code=code, revision=saved.revision)
        )
        return published

    def start(self, caller: Caller = VISITOR, code: str = CODE) -> UUID:
        secret = None if caller.account_id else SECRET
        draft_id: UUID = self.ask(StartDraft(command_id=uuid4(), code=code, secret=secret), caller).draft_id
        return draft_id

    def save(self, draft_id: UUID, on: str, caller: Caller = VISITOR, **answers: Any) -> DraftView:
        secret = None if caller.account_id else SECRET
        ask = SaveAnswers(command_id=uuid4(), draft_id=draft_id, secret=secret, page=on, answers=answers)
        view: DraftView = self.ask(ask, caller)
        return view

    def complete(self, draft_id: UUID, number: int = 1, caller: Caller = VISITOR) -> RequestDraft:
        with self.town.begin() as session:
            secret = None if caller.account_id else SECRET
            now = self.clock.now()
            return drafts.complete(session, draft_id, secret, caller, number, now)[0]


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


# ---------------------------------------------------------------- filled


def test_a_visitor_fills_page_by_page_and_is_led_to_what_is_missing(office: Office) -> None:
    office.offer(removal())
    draft_id = office.start()

    with pytest.raises(Invalid) as refused:
        office.save(draft_id, "what")
    assert refused.value.details["problems"] == {"why": "missing"}
    revealed = office.save(draft_id, "what", why="works")
    assert (revealed.todo, revealed.pages["what"]) == ("what", ["why", "weeks"])
    with pytest.raises(Invalid) as refused:
        office.save(draft_id, "what", why="works", weeks=60)
    assert refused.value.details["problems"] == {"weeks": "too_high"}
    assert office.save(draft_id, "what", **GOOD).todo == "who"
    with pytest.raises(DraftIncomplete):
        office.complete(draft_id)
    office.save(draft_id, "who", name=" Li  Na ")
    done = office.save(draft_id, "contact", contact_email="li@exemple.fr")

    assert done.todo is None
    assert office.complete(draft_id).answers == {**GOOD, "name": "Li Na", CONTACT_EMAIL: "li@exemple.fr"}


def test_an_answer_changed_hides_and_forgets_what_depended_on_it(office: Office) -> None:
    office.offer(removal())
    draft_id = office.start()
    office.save(draft_id, "what", **GOOD)

    changed = office.save(draft_id, "what", why="removal", weeks=2)

    assert (changed.answers, changed.todo) == ({"why": "removal"}, "what")


def test_a_draft_is_its_owners_alone(office: Office) -> None:
    office.offer(removal())
    parent = mother.parent()
    mine, theirs = office.start(parent), office.start()

    assert [card.draft_id for card in office.ask(ListProcedures(), parent).drafts] == [mine]
    assert office.ask(ListProcedures(), mother.parent()).drafts == []
    strangers = [
        (mine, None, mother.parent()),
        (mine, SECRET, VISITOR),
        (theirs, "t" * 43, VISITOR),
        (theirs, None, VISITOR),
        (theirs, SECRET, parent),
    ]
    for draft_id, secret, caller in strangers:
        with pytest.raises(NotFound):
            office.ask(OpenDraft(draft_id=draft_id, secret=secret), caller)
        assert not office.ask(DropDraft(command_id=uuid4(), draft_id=draft_id, secret=secret), caller)
    assert office.ask(DropDraft(command_id=uuid4(), draft_id=mine), parent)
    assert office.ask(ListProcedures(), parent).drafts == []


def test_one_address_begins_only_so_many_without_an_account(office: Office) -> None:
    office.offer(removal())
    visitor = Caller(address="198.51.100.9")
    for _ in range(61):
        office.start(visitor)

    with pytest.raises(TooManyAttempts):
        office.start(visitor)
    office.start(Caller(address="198.51.100.10"))
    office.start(mother.parent())


def test_what_is_begun_is_among_what_a_parent_takes_away(office: Office) -> None:
    office.offer(removal())
    parent = mother.parent()
    office.save(office.start(parent), "what", parent, **GOOD)

    [kept] = office.ask(EnrolmentRecords(), parent)["request_drafts"]
    assert kept["procedure"] == "Occuper la rue"
    assert kept["replies"] == [
        {"question": "Pourquoi ?", "reply": "Works"},
        {"question": "Combien de semaines ?", "reply": "2"},
    ]


def test_the_demonstration_town_composes_one_and_begins_it_once(office: Office) -> None:
    parent = mother.parent()
    for _ in range(2):
        demo.load(office, parent)

    [begun] = office.ask(ListProcedures(), parent).drafts
    assert office.ask(OpenDraft(draft_id=begun.draft_id), parent).answers == {"usage": "fete"}


def test_an_account_is_needed_where_the_procedure_says_so(office: Office) -> None:
    office.offer(removal(audience=Audience.SIGNED_IN))

    with pytest.raises(NotSignedIn):
        office.start()
    office.start(mother.parent())


def test_a_child_is_one_of_the_family_and_called_as_the_file_calls_it(office: Office) -> None:
    office.offer(form(page("one", field("child", FieldKind.CHILD))))
    child = mother.child(first_name="Léa", last_name="Roux")
    _, [parent] = office.town.family(child)
    draft_id = office.start(parent)
    typed = {"first_name": "X", "last_name": "Y", "birth_date": "2020-01-01"}

    view = office.save(draft_id, "one", parent, child={"child_id": str(child.child_id), **typed})
    known = {"first_name": "Léa", "last_name": "Roux", "birth_date": child.birth_date.isoformat()}
    assert view.answers["child"] == {"child_id": str(child.child_id), **known}
    assert office.save(draft_id, "one", parent, child=typed).answers["child"] == typed
    for child_id in (str(uuid4()), "?"):
        with pytest.raises(Invalid):
            office.save(draft_id, "one", parent, child={"child_id": child_id, **typed})


def test_drafts_are_erased_in_their_time_and_with_the_account(office: Office) -> None:
    office.offer(removal())
    parent = mother.parent()
    office.start(parent)
    office.start()

    def purge_after(days: int) -> int:
        with office.town.begin() as session:
            return drafts.purge(session, NOW + timedelta(days=days, minutes=1))

    assert [purge_after(0), purge_after(1), purge_after(89), purge_after(90)] == [0, 1, 0, 1]
    office.start(parent)
    with office.town.begin() as session:
        drafts.drop_account(session, parent.citizen())
    assert office.town.count("SELECT count(*) FROM request_draft") == 0


# ---------------------------------------------------------------- changed meanwhile


def test_a_form_that_changed_while_being_filled_keeps_what_was_typed_and_says_what_is_new(
    office: Office,
) -> None:
    office.offer(removal())
    draft_id = office.start()
    office.save(draft_id, "what", **GOOD)
    office.save(draft_id, "who", name="Li Na")
    newer = form(
        *removal().pages[:1],
        page("who", field("name", label="Votre nom"), choice("paid", "yes", "no", label="Avez-vous payé ?")),
    )

    office.offer(newer)
    view = office.save(draft_id, "contact", contact_email="li@exemple.fr")

    assert view.newer is not None
    assert (view.newer.added, view.newer.altered, view.newer.removed) == (["Avez-vous payé ?"], [], [])
    for number in (1, 2):
        with pytest.raises(FormChanged):
            office.complete(draft_id, number)
    renew = RenewDraft(command_id=uuid4(), draft_id=draft_id, secret=SECRET)
    renewed = office.ask(renew, VISITOR)
    assert (renewed.number, renewed.todo, renewed.newer) == (2, "who", None)
    assert renewed.answers == {**GOOD, "name": "Li Na", CONTACT_EMAIL: "li@exemple.fr"}
    assert office.ask(renew, VISITOR) == renewed
    assert office.save(draft_id, "who", name="Li Na", paid="yes").todo is None
    office.complete(draft_id, 2)


def test_a_retired_procedure_is_neither_begun_nor_sent(office: Office) -> None:
    office.offer(removal())
    draft_id = office.start()
    office.ask(RetireProcedure(command_id=uuid4(), code=CODE, retired=True))

    with pytest.raises(NotFound):
        office.start()
    with pytest.raises(ProcedureRetired):
        office.complete(draft_id)
    office.ask(RetireProcedure(command_id=uuid4(), code=CODE, retired=False))
    office.start()


def test_a_page_of_the_site_costs_few_statements(office: Office, statements: Statements) -> None:
    with office.town.begin() as session:
        shipping.install(session, NOW)
    draft_id = office.start(code="demande-generale")

    with statements:
        office.ask(ListProcedures(), mother.parent())
    assert len(statements.run) == 2
    statements.run.clear()
    with statements:
        office.ask(OpenDraft(draft_id=draft_id, secret=SECRET), VISITOR)
    assert len(statements.run) == 3
