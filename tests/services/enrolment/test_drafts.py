"""Drafts of démarches on a real database: filled with or without an account, changed meanwhile."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis import throttle
from contracts.caller import Caller
from contracts.enrolment.drafts import (
    AdmitFile,
    AdoptDraft,
    DraftIncomplete,
    DropDraft,
    FormChanged,
    ListLeftDrafts,
    OpenDraft,
    ProcedureRetired,
    RenewDraft,
)
from contracts.enrolment.mine import EnrolmentRecords
from contracts.enrolment.procedure_forms import CONTACT_EMAIL, Audience, FieldKind
from contracts.enrolment.procedures import (
    ListProcedures,
    RetireProcedure,
)
from contracts.errors import NotFound, NotSignedIn, TooManyAttempts
from deploy.local.demo import procedures as demo
from enrolment.entries import procedures as procedures_desk
from enrolment.procedures import drafts, shipping
from enrolment.requests import documents
from tests.mothers import enrolment as mother
from tests.mothers.procedures import choice, field, form, page, removal
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.office import CODE, GOOD, SECRET, VISITOR, Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


# ---------------------------------------------------------------- filled


def test_a_visitor_fills_page_by_page_and_is_led_to_what_is_missing(office: Office) -> None:
    office.offer(removal())
    draft_id = office.start()

    assert office.keep(draft_id, "what").problems == {"why": "missing"}
    revealed = office.save(draft_id, "what", why="works")
    assert (revealed.todo, revealed.pages["what"]) == ("what", ["why", "weeks"])
    wrong = office.keep(draft_id, "what", answers={"why": "works", "weeks": 60})
    assert (wrong.problems, wrong.draft.answers) == ({"weeks": "too_high"}, {"why": "works"})
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


def test_what_is_typed_and_does_not_hold_is_kept_as_it_was_typed_until_it_does(office: Office) -> None:
    optional_day = field("day", FieldKind.DATE, required=False)
    office.offer(
        form(page("one", field("home", FieldKind.ADDRESS), optional_day), page("two", field("name")))
    )
    draft_id = office.start()
    typed = {"home": {"street": ["1, rue\x00 Basse"], "city": [""]}, "day": {"": ["31", "", "2026"]}}
    kept = {"home": {"street": ["1, rue Basse"], "city": [""]}, "day": {"": ["31", "", "2026"]}}

    half = office.keep(draft_id, "one", answers={"home": {"street": "1, rue Basse"}}, typed=typed)
    assert half.problems == {"home": "incomplete", "day": "malformed"}
    later = office.keep(draft_id, "one", answers={}, typed=typed, partial=True).draft
    assert (later.answers, later.typed, later.todo) == ({}, kept, "one")
    office.save(draft_id, "two", name="Li")
    assert office.ask(OpenDraft(draft_id=draft_id, secret=SECRET), VISITOR).typed == kept
    with pytest.raises(DraftIncomplete):
        office.complete(draft_id)

    home = {"street": "1, rue Basse", "postcode": "26100", "city": "Romans"}
    whole = office.keep(draft_id, "one", answers={"home": home}, typed={"home": typed["home"]}).draft
    assert (whole.answers["home"], whole.typed, whole.todo) == (home, {}, "contact")


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


def test_a_draft_begun_without_an_account_follows_into_the_one_that_takes_it_and_no_other(
    office: Office,
) -> None:
    office.offer(removal())
    parent, other = mother.parent(), mother.parent()
    draft_id = office.start()
    office.keep(draft_id, "what", answers={"why": "works"}, typed={"weeks": {"": ["?"]}})
    before = office.ask(OpenDraft(draft_id=draft_id, secret=SECRET), VISITOR)
    take = AdoptDraft(command_id=uuid4(), draft_id=draft_id, secret=SECRET)

    assert [card.draft_id for card in office.ask(ListProcedures(secret=SECRET), VISITOR).drafts] == [draft_id]
    listed = office.ask(ListProcedures(secret=SECRET), parent)
    assert (listed.drafts, [card.draft_id for card in listed.left]) == ([], [draft_id])
    for stolen, caller in ((take.model_copy(update={"secret": "t" * 43}), other), (take, VISITOR)):
        with pytest.raises((NotFound, NotSignedIn)):
            office.ask(stolen.model_copy(update={"command_id": uuid4()}), caller)
    for command_id in (take.command_id, take.command_id, uuid4()):  # repeated, and pressed twice
        office.ask(take.model_copy(update={"command_id": command_id}), parent)

    after = office.ask(OpenDraft(draft_id=draft_id), parent)
    assert (after.answers, after.typed, after.todo) == (before.answers, before.typed, before.todo)
    assert after.erased_at > before.erased_at
    assert office.ask(ListLeftDrafts(secret=SECRET), other) == []
    for secret, caller in ((SECRET, VISITOR), (None, other)):
        with pytest.raises(NotFound):
            office.ask(OpenDraft(draft_id=draft_id, secret=secret), caller)
    with pytest.raises(NotFound):
        office.ask(take.model_copy(update={"command_id": uuid4()}), other)


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
    draft_id = office.start(parent)
    office.save(draft_id, "what", parent, **GOOD)

    office.keep(draft_id, "who", parent, typed={"name": {"": ["L" * 300]}})

    [kept] = office.ask(EnrolmentRecords(), parent)["request_drafts"]
    assert kept["unfinished_replies"] == [{"question": "Votre nom", "reply": "L" * 300}]
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
        stranger = office.keep(draft_id, "one", parent, {"child": {"child_id": child_id, **typed}})
        assert (stranger.problems, stranger.draft.answers) == ({"child": "malformed"}, {})


def test_drafts_are_erased_in_their_time_and_with_the_account(office: Office) -> None:
    office.offer(removal())
    parent = mother.parent()
    office.start(parent)
    office.start()

    def purge_after(days: int) -> int:
        with office.town.begin() as session:
            return drafts.purge(session, NOW + timedelta(days=days, minutes=1))

    assert [purge_after(0), purge_after(1), purge_after(89), purge_after(90)] == [0, 1, 0, 1]
    last = office.start(parent)
    with office.town.begin() as session:
        drafts.drop_account(session, parent.citizen(), NOW)
    assert office.town.count("SELECT count(*) FROM request_draft") == 0
    assert office.town.told().count("draft.released") == 3
    assert released(office)[-1] == {"draft_id": str(last), "document_ids": None}


def released(office: Office) -> list[dict[str, Any]]:
    with office.town.begin() as session:
        found = session.scalars(
            text("SELECT (body::json)->'data' FROM outbox WHERE name = 'draft.released' ORDER BY id")
        )
        return list(found)


def test_a_document_joined_to_a_draft_is_taken_back_before_sending_and_goes_with_the_draft(
    office: Office,
) -> None:
    proofs = field("proofs", FieldKind.DOCUMENT, most=2, required=False)
    office.offer(form(page("one", proofs)))
    parent = mother.parent()
    draft_id, kept, back = office.start(parent), uuid4(), uuid4()
    with office.town.begin() as session:
        for each in (kept, back):
            documents.keep(session, uuid4(), draft_id, each, "autre", parent.account_id, NOW)
    office.save(draft_id, "one", parent, proofs=[str(kept), str(back)])
    saved = office.keep(
        draft_id, "one", parent, {"proofs": [str(kept), str(back)]}, released=[back], partial=True
    )
    assert saved.draft.answers == {"proofs": [str(kept)]}
    assert office.town.count("SELECT count(*) FROM request_document") == 1
    empty = office.keep(draft_id, "one", parent, {"proofs": [str(kept)]}, released=[kept], partial=True)
    assert (empty.draft.answers, empty.draft.todo) == ({}, "one")  # asked again
    assert [each["document_ids"] for each in released(office)] == [[str(back)], [str(kept)]]
    with office.town.begin() as session:
        documents.keep(session, uuid4(), draft_id, kept, "autre", parent.account_id, NOW)
    assert office.ask(DropDraft(command_id=uuid4(), draft_id=draft_id), parent)
    assert released(office)[-1] == {"draft_id": str(draft_id), "document_ids": None}
    assert office.town.count("SELECT count(*) FROM request_document") == 0


# ---------------------------------------------------------------- changed meanwhile


def test_a_form_that_changed_while_being_filled_keeps_what_was_typed_and_says_what_is_new(
    office: Office,
) -> None:
    office.offer(removal())
    draft_id = office.start()
    office.save(draft_id, "what", **GOOD)
    office.save(draft_id, "who", name="Li Na")
    office.keep(draft_id, "contact", typed={CONTACT_EMAIL: {"": ["li@"]}})
    newer = form(
        *removal().pages[:1],
        page("who", field("name", label="Votre nom"), choice("paid", "yes", "no", label="Avez-vous payé ?")),
    )

    office.offer(newer)
    view = office.ask(OpenDraft(draft_id=draft_id, secret=SECRET), VISITOR)

    assert view.newer is not None
    assert (view.newer.added, view.newer.altered, view.newer.removed) == (["Avez-vous payé ?"], [], [])
    for number in (1, 2):
        with pytest.raises(FormChanged):
            office.complete(draft_id, number)
    renew = RenewDraft(command_id=uuid4(), draft_id=draft_id, secret=SECRET)
    renewed = office.ask(renew, VISITOR)
    assert (renewed.number, renewed.todo, renewed.newer) == (2, "who", None)
    assert (renewed.answers, renewed.typed) == ({**GOOD, "name": "Li Na"}, {CONTACT_EMAIL: {"": ["li@"]}})
    assert office.ask(renew, VISITOR) == renewed
    office.save(draft_id, "contact", contact_email="li@exemple.fr")
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


# ---------------------------------------------------------------- files without an account


def test_a_file_is_admitted_for_a_draft_of_this_browser_and_only_so_many(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.offer(removal())
    draft_id, own = office.start(), office.start(parent := mother.parent())
    at_home = VISITOR.model_copy(update={"address": "192.0.2.7"})

    def admit(draft: UUID, caller: Caller, secret: str | None = SECRET) -> None:
        office.ask(AdmitFile(command_id=uuid4(), draft_id=draft, secret=secret), caller)

    for draft, caller, secret in (
        (draft_id, at_home, "x" * 43),
        (draft_id, at_home, None),
        (own, parent, None),
    ):
        with pytest.raises(NotFound):
            admit(draft, caller, secret)
    monkeypatch.setattr(procedures_desk, "FILES", throttle.Limit(2, timedelta(minutes=1)))
    for _ in range(3):
        admit(draft_id, at_home)
    with pytest.raises(TooManyAttempts):
        admit(draft_id, at_home)
    admit(draft_id, VISITOR.model_copy(update={"address": "192.0.2.8"}))
