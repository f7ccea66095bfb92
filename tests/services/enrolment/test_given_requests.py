"""« Déjà fourni » in démarches: a request takes what the town was given before, and what it is given serves elsewhere."""

import threading
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.caller import Caller
from contracts.enrolment.drafts import (
    DraftIncomplete,
    DraftView,
    OpenDraft,
    RenewDraft,
    SaveAnswers,
    StartDraft,
)
from contracts.enrolment.procedure_forms import Condition, FieldKind, FormField, FormPage, ProcedureForm, Test
from contracts.enrolment.requests import GivenChanged, OpenRequest, StepKind, SubmitRequest, WithdrawRequest
from contracts.errors import NotFound
from contracts.events.accounts import AccountClosed
from contracts.events.documents import DocumentDeleted, DocumentShared, DocumentWithheld
from contracts.events.given import GivenBefore
from contracts.events.requests import RequestState
from contracts.serving import Reach
from enrolment.given import memory
from enrolment.given.models import GivenDocument
from tests.mothers import enrolment
from tests.mothers import requests as mother
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.counterpart import Counter

UNTIL = date(2027, 8, 31)
REACHES = {
    "assurance": Reach.CHILD,
    "justificatif_domicile": Reach.HOUSEHOLD,
    "piece_identite": Reach.PERSON,
    "lettre_motivation": Reach.NOTHING,
}


def a_form(**differing: Any) -> ProcedureForm:
    """Asks for a child, its insurance, a proof of address, and, if one likes, who one is."""

    def document(name: str, kind: str, **more: Any) -> FormField:
        said = {"name": name, "kind": FieldKind.DOCUMENT, "label": name, "document_type": kind}
        return FormField(**{**said, **more})

    fields = (
        FormField(name="child", kind=FieldKind.CHILD, label="Enfant", required=False),
        document("insurance", "assurance"),
        document("home", "justificatif_domicile"),
        document("identity", "piece_identite", required=False),
        FormField(
            name="floor",
            kind=FieldKind.TEXT,
            label="Étage",
            required=False,
            shown_when=Condition(tests=(Test(field="home"),)),
        ),
    )
    page = FormPage(name="demande", title="Votre demande", fields=fields)
    return mother.form(**{"pages": (page,), **differing})


class Papers(Counter):
    """The counter, and documents' side of it: what it tells."""

    def tell(self, fact: Any) -> None:
        envelope = SimpleNamespace(time=self.clock.now(), id=uuid4(), correlationid=None)
        handlers = {
            DocumentShared: ("keep_request_document", "keep_given", "keep_attachment"),
            DocumentWithheld: ("ask_for_withheld", "withhold_document"),
            DocumentDeleted: ("forget_document",),
            AccountClosed: ("drop_account",),
        }
        for name in handlers[type(fact)]:
            getattr(self.service, name)(fact, envelope)

    def give(
        self, subject_id: UUID, giver: Caller, kind: str, subject: str = "request", **more: Any
    ) -> DocumentShared:
        told = {
            "share_id": uuid4(),
            "document_id": uuid4(),
            "document_type": kind,
            "account_id": giver.account_id,
            "subject_kind": subject,
            "subject_id": subject_id,
            "valid_until": UNTIL,
            "readable_until": date(2027, 11, 23),
            "serves": REACHES[kind],
        }
        fact = DocumentShared(**{**told, **more})
        self.tell(fact)
        return fact

    def remember(
        self, giver: Caller, kind: str, family_id: UUID | None, child_id: UUID | None = None, **more: Any
    ) -> GivenDocument:
        """Something given with an enrolment, or to the family's file."""
        row = GivenDocument(
            **{
                "share_id": uuid4(),
                "document_id": uuid4(),
                "document_type": kind,
                "account_id": giver.account_id,
                "family_id": family_id,
                "child_id": child_id,
                "given_with": "enrolment" if child_id else "family",
                "serves": REACHES[kind],
                "given_at": NOW - timedelta(days=9),
                "valid_until": UNTIL,
                "serves_until": UNTIL,
                **more,
            }
        )
        with self.town.sessions.begin() as session:
            session.add(row)
            session.flush()
            session.expunge(row)
        return row

    def begin(self, caller: Caller, **answers: Any) -> DraftView:
        """A draft of which every page was gone through."""
        card = self.service.start_draft(StartDraft(command_id=uuid4(), code=mother.CODE), caller)
        self.fill(card.draft_id, caller, **answers)
        return self.fill(card.draft_id, caller, "contact", contact_email="nadia@exemple.fr")

    def fill(self, draft_id: UUID, caller: Caller, page: str = "demande", **answers: Any) -> DraftView:
        save = SaveAnswers(
            command_id=uuid4(),
            draft_id=draft_id,
            page=page,
            reuse=answers.pop("reuse", []),
            answers=answers,
        )
        view: DraftView = self.service.save_answers(save, caller).draft
        return view

    def fill_twice(self, draft_id: UUID, caller: Caller, **answers: Any) -> DraftView:
        """Also what is asked once a document is there."""
        self.fill(draft_id, caller, **answers)
        return self.fill(draft_id, caller, **answers)

    def send(self, view: DraftView, caller: Caller, reuse: list[str] | None = None) -> Any:
        taken = sorted(name for name, each in view.given.items() if each.taken)
        ask = SubmitRequest(
            command_id=uuid4(),
            draft_id=view.draft_id,
            number=view.number,
            reuse=taken if reuse is None else reuse,
        )
        return self.service.submit_request(ask, caller)

    def reused(self, request_id: UUID) -> list[GivenBefore]:
        """What documents was asked to pass on."""
        told = [each for each in self.facts("given.reused") if each["subject_id"] == str(request_id)]
        return [GivenBefore.model_validate(each) for fact in told for each in fact["given_before"]]

    def pass_on(self, request_id: UUID) -> None:
        """Documents does."""
        for each in self.reused(request_id):
            self.give(
                request_id,
                Caller(account_id=each.account_id),
                each.document_type,
                share_id=each.share_id,
                document_id=each.document_id,
                carried_from=each.given_with,
            )

    def withhold(self, request_id: UUID) -> None:
        """Documents does not."""
        for each in self.reused(request_id):
            self.tell(
                DocumentWithheld(
                    subject_kind="request",
                    subject_id=request_id,
                    **each.model_dump(exclude={"given_with"}),
                )
            )


@pytest.fixture
def papers(town: Town) -> Papers:
    made = Papers(town)
    made.publish(a_form())
    return made


def a_family(papers: Papers, accounts: int = 1) -> tuple[UUID, dict[str, str], list[Caller]]:
    """(family, the child as a form names it, its guardians)."""
    child = enrolment.child()
    family_id, parents = papers.town.family(child, accounts=accounts)
    return family_id, {"child_id": str(child.child_id)}, parents


def child_of(answer: dict[str, str]) -> UUID:
    return UUID(answer["child_id"])


# ---------------------------------------------------------------- what a request takes


def test_what_the_household_was_asked_before_is_taken_as_given_whoever_gave_it(papers: Papers) -> None:
    family_id, child, [mum, dad] = a_family(papers, accounts=2)
    insurance = papers.remember(dad, "assurance", family_id, child_of(child))
    home = papers.remember(mum, "justificatif_domicile", family_id)
    view = papers.begin(mum, child=child)
    assert view.todo is None
    assert {name: each.taken for name, each in view.given.items()} == {"insurance": True, "home": True}
    assert view.given["insurance"].given.given_with == "enrolment"
    assert "floor" in view.pages["demande"], "what hangs on a document that is given is asked"
    assert "home" not in view.answers

    filed = papers.send(view, mum)
    asked = papers.reused(filed.request_id)
    assert {(each.given_with, each.document_id) for each in asked} == {
        (row.share_id, row.document_id) for row in (insurance, home)
    }
    [told] = papers.facts("request.submitted")
    assert set(told["documents"]) == {str(insurance.document_id), str(home.document_id)}
    documents = papers.view(filed.request_id).documents
    assert [each.is_coming for each in documents] == [True, True]
    assert all(each.given and each.given.given_at == NOW - timedelta(days=9) for each in documents)

    papers.pass_on(filed.request_id)
    assert not any(each.is_coming for each in papers.view(filed.request_id).documents)
    file = papers.service.open_request(OpenRequest(request_id=filed.request_id), papers.agent)
    assert {each.document_id for each in file.request.documents} == {
        insurance.document_id,
        home.document_id,
    }


def test_what_speaks_of_somebody_else_or_serves_no_more_is_asked_for(papers: Papers) -> None:
    family_id, child, [mum, dad] = a_family(papers, accounts=2)
    other = enrolment.child()
    papers.remember(mum, "assurance", family_id, other.child_id)
    papers.remember(mum, "justificatif_domicile", family_id, serves_until=NOW.date() - timedelta(days=1))
    papers.remember(dad, "piece_identite", None)
    view = papers.begin(mum, child=child)
    assert (view.given, view.todo) == ({}, "demande")
    assert papers.begin(dad, child={}).given.keys() == {"identity"}
    # Of an account without a family, and of one with two, nobody else's.
    assert papers.begin(enrolment.parent()).given == {}
    with pytest.raises(DraftIncomplete):
        papers.send(view, mum)


def test_who_is_no_guardian_any_more_gave_nothing_to_the_household(papers: Papers) -> None:
    child = enrolment.child()
    family_id, [mum, dad] = papers.town.family(child, accounts=2)
    papers.remember(dad, "justificatif_domicile", family_id)
    view = papers.begin(mum)
    assert view.given.keys() == {"home"}
    with papers.town.begin() as session:
        session.execute(text("DELETE FROM family_guardian WHERE account_id = :dad"), {"dad": dad.account_id})
    with pytest.raises(DraftIncomplete):
        papers.send(view, mum)


def test_a_question_that_needs_no_document_takes_one_only_when_told_to(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "assurance", family_id, child_of(child))
    papers.remember(mum, "justificatif_domicile", family_id)
    papers.remember(mum, "piece_identite", None, child_of(child), given_with="enrolment")
    view = papers.begin(mum, child=child)
    assert not view.given["identity"].taken
    view = papers.fill(view.draft_id, mum, child=child, reuse=["identity"])
    assert view.given["identity"].taken
    assert not papers.fill(view.draft_id, mum, child=child).given["identity"].taken
    view = papers.fill(view.draft_id, mum, child=child, reuse=["identity"])
    filed = papers.send(view, mum)
    assert {each.document_type for each in papers.reused(filed.request_id)} == set(REACHES) - {
        "lettre_motivation"
    }


def test_another_document_may_be_given_instead(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "assurance", family_id, child_of(child))
    papers.remember(mum, "justificatif_domicile", family_id)
    view = papers.begin(mum, child=child)
    own = papers.give(view.draft_id, mum, "justificatif_domicile")
    view = papers.fill(view.draft_id, mum, child=child, home=[str(own.document_id)])
    assert view.given.keys() == {"insurance"}
    filed = papers.send(view, mum)
    assert {each.document_type for each in papers.reused(filed.request_id)} == {"assurance"}


def test_nothing_is_passed_on_that_was_not_read(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "assurance", family_id, child_of(child))
    papers.remember(mum, "justificatif_domicile", family_id)
    view = papers.begin(mum, child=child)
    for read in ([], ["home"], ["home", "insurance", "identity"]):
        with pytest.raises(GivenChanged):
            papers.send(view, mum, read)
    assert papers.facts("given.reused") == []


def test_a_form_may_want_its_own_and_a_newer_version_keeps_what_was_said(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "justificatif_domicile", family_id)
    papers.remember(mum, "piece_identite", None, child_of(child), given_with="enrolment")
    view = papers.begin(mum, child=child, reuse=["identity"])
    [page] = a_form().pages
    fields = tuple(
        each.model_copy(update={"reuses": False}) if each.name == "home" else each for each in page.fields
    )
    papers.publish(a_form(pages=(page.model_copy(update={"fields": fields}),)))
    renewed = papers.service.renew_draft(RenewDraft(command_id=uuid4(), draft_id=view.draft_id), mum)
    assert {name: each.taken for name, each in renewed.given.items()} == {"identity": True}


def test_sent_at_once_it_is_one_request_and_two_requests_each_have_it(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "assurance", family_id, child_of(child))
    home = papers.remember(mum, "justificatif_domicile", family_id)
    first, second = (papers.begin(mum, child=child) for _ in range(2))
    outcomes: list[Any] = []

    def send(view: DraftView) -> None:
        try:
            outcomes.append(papers.send(view, mum).request_id)
        except NotFound as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=send, args=(view,)) for view in (first, first, second, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [each for each in outcomes if isinstance(each, UUID)]
    assert sorted(made) == sorted([first.draft_id, second.draft_id])
    for request_id in made:
        asked = [each for each in papers.reused(request_id) if each.document_id == home.document_id]
        assert len(asked) == 1
        papers.pass_on(request_id)
        papers.pass_on(request_id)  # told twice
        assert len(papers.view(request_id).documents) == 2


# ---------------------------------------------------------------- what cannot be passed on


def with_the_home_withheld(papers: Papers) -> tuple[UUID, Caller]:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "justificatif_domicile", family_id)
    view = papers.begin(mum, child=child)
    own = papers.give(view.draft_id, mum, "assurance")
    view = papers.fill(view.draft_id, mum, child=child, insurance=[str(own.document_id)])
    filed = papers.send(view, mum)
    papers.withhold(filed.request_id)
    return filed.request_id, mum


def test_what_is_withheld_is_asked_for_while_the_delay_stands_still(papers: Papers) -> None:
    request_id, mum = with_the_home_withheld(papers)
    view = papers.view(request_id)
    assert (view.line.state, view.paused) == (RequestState.INFORMATION_ASKED, True)
    assert view.lacking == ["justificatif_domicile"]
    assert "home" not in view.answers
    assert [each.document_type for each in view.documents] == ["assurance"]
    assert [each.words for each in view.steps if each.kind is StepKind.LACKING] == view.lacking
    assert len(papers.facts("request.information_asked")) == 1
    papers.withhold(request_id)  # told twice
    assert len(papers.facts("request.information_asked")) == 1

    papers.clock.at = NOW + timedelta(days=5)
    papers.give(request_id, mum, "justificatif_domicile")
    again = papers.view(request_id)
    assert (again.line.state, again.paused, again.lacking) == (RequestState.RECEIVED, False, [])
    assert again.line.due_on == view.line.due_on + timedelta(days=5)
    [told] = papers.facts("request.requester_wrote")
    assert told["resumed"]


def test_a_document_does_not_answer_what_an_agent_asks(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "assurance", family_id, child_of(child))
    papers.remember(mum, "justificatif_domicile", family_id)
    filed = papers.send(papers.begin(mum, child=child), mum)
    papers.ask_for(filed.request_id, "Quelle adresse ?")
    papers.withhold(filed.request_id)
    assert papers.view(filed.request_id).lacking == ["assurance", "justificatif_domicile"]
    for kind in ("assurance", "justificatif_domicile"):
        papers.give(filed.request_id, mum, kind)
    view = papers.view(filed.request_id)
    assert (view.line.state, view.lacking) == (RequestState.INFORMATION_ASKED, [])


def test_a_request_that_is_over_asks_for_nothing(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "assurance", family_id, child_of(child))
    papers.remember(mum, "justificatif_domicile", family_id)
    filed = papers.send(papers.begin(mum, child=child), mum)
    withdraw(papers, filed.request_id, mum)
    papers.withhold(filed.request_id)
    view = papers.view(filed.request_id)
    assert (view.line.state, view.lacking, view.documents) == (RequestState.WITHDRAWN, [], [])
    assert papers.facts("request.information_asked") == []


# ---------------------------------------------------------------- what a request gives


def test_what_a_filed_request_was_given_serves_another_and_an_enrolment(papers: Papers) -> None:
    family_id, child, [mum, dad] = a_family(papers, accounts=2)
    draft = papers.begin(mum, child=child)
    given = {
        name: papers.give(draft.draft_id, mum, kind)
        for name, kind in (("insurance", "assurance"), ("home", "justificatif_domicile"))
    }
    assert papers.begin(dad, child=child).given == {}, "a draft has given nothing yet"
    answers = {name: [str(fact.document_id)] for name, fact in given.items()}
    filed = papers.send(papers.fill_twice(draft.draft_id, mum, child=child, **answers), mum)

    view = papers.begin(dad, child=child)
    assert {name: each.given.given_with for name, each in view.given.items()} == {
        "insurance": "request",
        "home": "request",
    }
    with papers.town.begin() as session:
        whose = memory.household_of(session, dad.account_id, child_of(child))  # type: ignore[arg-type]
        found = memory.find(session, "enrolment", whose, REACHES, NOW.date())
        assert found.keys() == {"assurance", "justificatif_domicile"}
        assert whose.family_id == family_id
    # Another one filed with what serves again, and the first withdrawn: it serves from there.
    second = papers.send(view, dad)
    papers.pass_on(second.request_id)
    withdraw(papers, filed.request_id, mum)
    assert papers.begin(mum, child=child).given.keys() == {"insurance", "home"}
    withdraw(papers, second.request_id, dad)
    assert papers.begin(mum, child=child).given == {}


def test_what_its_owner_takes_out_and_what_is_erased_serve_no_more(papers: Papers) -> None:
    mum = enrolment.parent()  # no family yet: it serves herself
    papers.town.family(enrolment.child())
    draft = papers.begin(mum)
    given = {
        name: papers.give(draft.draft_id, mum, kind)
        for name, kind in (
            ("insurance", "assurance"),
            ("home", "justificatif_domicile"),
            ("identity", "piece_identite"),
        )
    }
    answers = {name: [str(fact.document_id)] for name, fact in given.items()}
    filed = papers.send(papers.fill_twice(draft.draft_id, mum, **answers), mum)
    assert papers.begin(mum).given.keys() == {"home", "identity"}, "an insurance is of a child that is named"
    home = given["home"]
    papers.tell(DocumentDeleted(document_id=home.document_id, account_id=home.account_id))
    assert papers.begin(mum).given.keys() == {"identity"}
    papers.decide(filed.request_id)
    papers.clock.at = NOW + timedelta(days=370)
    papers.service.erase_requests()
    assert papers.town.count("SELECT count(*) FROM given_document") == 0


def test_an_account_that_closes_leaves_nothing_that_serves(papers: Papers) -> None:
    family_id, child, [mum] = a_family(papers)
    papers.remember(mum, "piece_identite", None)
    papers.remember(mum, "assurance", family_id, child_of(child))
    papers.tell(AccountClosed(account_id=mum.account_id))
    assert papers.town.count("SELECT count(*) FROM given_document") == 0


def withdraw(papers: Papers, request_id: UUID, caller: Caller) -> None:
    ask = WithdrawRequest(command_id=uuid4(), request_id=request_id, version=papers.version(request_id))
    papers.service.withdraw_request(ask, caller)


def test_opening_a_draft_costs_the_same_however_much_was_given(
    papers: Papers, statements: Statements
) -> None:
    family_id, child, [mum] = a_family(papers)
    draft = papers.begin(mum, child=child)
    ask = OpenDraft(draft_id=draft.draft_id)
    with statements:
        papers.service.open_draft(ask, mum)
    few = len(statements.run)
    for _ in range(20):
        papers.remember(mum, "justificatif_domicile", family_id)
        papers.remember(mum, "assurance", family_id, child_of(child))
    with statements:
        assert papers.service.open_draft(ask, mum).given
    assert len(statements.run) == 2 * few
