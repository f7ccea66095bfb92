"""An agent composes a démarche: its pages, questions and conditions, tried before it is published."""

import inspect
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.caller import Role
from contracts.documents.types import DocumentTypeView, ListDocumentTypes
from contracts.enrolment.procedure_forms import Condition, FieldKind, Option, ProcedureForm, Test
from contracts.enrolment.procedures import (
    DropProcedureDraft,
    ListProcedureForms,
    MakeProcedure,
    OpenProcedureForm,
    ProcedureChanged,
    ProcedureDesk,
    ProcedureExists,
    ProcedureLine,
    PublishProcedure,
    RetireProcedure,
    SaveProcedureForm,
    TrialView,
    TryProcedure,
    VersionCard,
)
from enrolment.procedures import soundness
from enrolment.procedures.asking import shown, whole
from enrolment.procedures.checking import check, clean
from enrolment.procedures.soundness import faults
from gateway.procedures import procedure_conditions, procedure_edits, procedure_faults
from tests.mothers.procedures import field, form, page, removal, when
from tests.unit.gateway.test_absence_pages import text_of

CODE = "occuper-la-rue"
HERE = f"/agents/demarches/{CODE}"


class Workshop:
    """Enrolment's side of one procedure being composed, by its own rules, in memory."""

    def __init__(self, site: Any, of: ProcedureForm) -> None:
        self.form, self.revision, self.published = of, 1, 0
        today = site.clock.now().date()

        def keep(ask: SaveProcedureForm) -> Any:
            if ask.revision != self.revision:
                return ProcedureChanged()
            self.form, self.revision = ask.form, self.revision + 1
            return self.desk()

        def publish(ask: PublishProcedure) -> Any:
            self.published += 1
            return self.desk()

        def try_out(ask: TryProcedure) -> TrialView:
            filled = whole(self.form)
            answers = clean(filled, ask.answers)
            pages = {name: [each.name for each in fields] for name, fields in shown(filled, answers).items()}
            problems = check(filled, answers, today, pages.get(ask.page, []))
            return TrialView(form=filled, answers=answers, pages=pages, problems=problems)

        site.services.answers |= {
            OpenProcedureForm: lambda _: self.desk(),
            SaveProcedureForm: keep,
            PublishProcedure: publish,
            TryProcedure: try_out,
            RetireProcedure: lambda _: self.desk(),
            DropProcedureDraft: False,
            ListDocumentTypes: [DocumentTypeView(code="cv", name="CV")],
        }

    def desk(self) -> ProcedureDesk:
        at = "2026-11-26T10:00:00+01:00"
        versions = [VersionCard(number=1, published_at=at, published_by="")] if self.published else []
        return ProcedureDesk(
            code=CODE,
            form=self.form,
            is_draft=True,
            revision=self.revision,
            faults=faults(self.form),
            versions=versions,
            retired=False,
        )


@pytest.fixture
def workshop(site: Any) -> Workshop:
    return Workshop(site, removal())


@pytest.fixture
def agent(site: Any) -> Any:
    return site.agent(Role.ADMINISTRATION)


# ---------------------------------------------------------------- pages


def test_the_list_says_what_is_published_and_what_is_being_composed(site: Any, agent: Any) -> None:
    said = {"category": "Voirie", "department": "Voirie", "retired": False}
    site.services.answers[ListProcedureForms] = [
        ProcedureLine(code="a", title="Une", number=2, is_draft=True, **said),
        ProcedureLine(code="b", title="Deux", number=None, is_draft=True, **said),
    ]
    words = text_of(agent.read("/agents/demarches"))
    assert "Une Voirie Voirie 2 Publiée Brouillon en cours" in words
    assert "Deux Voirie Voirie – Jamais publiée" in words


def test_a_new_procedure_is_named_by_its_title(site: Any, agent: Any, workshop: Workshop) -> None:
    site.services.answers[MakeProcedure] = workshop.desk()
    said = {
        "title": "Occuper la rue !",
        "summary": "Pour déménager.",
        "category": "Voirie",
        "department": "Voirie",
    }

    refused = agent.send("/agents/demarches/nouvelle", answer_days="400", **said)
    assert "Indiquez un nombre de 1 à 365." in refused.get_data(as_text=True)
    assert agent.send("/agents/demarches/nouvelle", **said, sources="L1\n\nL2\n").location == HERE
    [made] = site.services.asked_for(MakeProcedure)
    assert (made.code, made.form.sources, made.form.pages) == (CODE, ("L1", "L2"), ())
    site.services.answers[MakeProcedure] = ProcedureExists()
    assert agent.send("/agents/demarches/nouvelle", **said).status_code == 409


def test_pages_and_questions_are_added_changed_moved_and_removed(
    site: Any, agent: Any, workshop: Workshop
) -> None:
    assert agent.send(f"{HERE}/pages/nouvelle", title="Le lieu").location == f"{HERE}#pages"
    added = agent.send(f"{HERE}/pages/le_lieu/question", kind="choice", label="Quelle rue ?")
    assert added.location == f"{HERE}/questions/quelle_rue"
    options = "Grande rue | Piétonne\nRue Basse"
    ticks = ["why=works", "why=removal", "day"]
    agent.send(added.location, options=options, required="no", help="Au plus près.", shown_when=ticks)
    made = workshop.form.field("quelle_rue")
    assert made is not None
    assert made.options == (
        Option(name="grande_rue", label="Grande rue", hint="Piétonne"),
        Option(name="rue_basse", label="Rue Basse"),
    )
    assert (made.required, made.help) == (False, "Au plus près.")
    assert made.shown_when == Condition(
        tests=(Test(field="why", one_of=("works", "removal")), Test(field="day"))
    )
    words = text_of(agent.read(HERE))
    assert "Seulement si « Pourquoi ? » : Works ou Removal et « Quel jour ? » a une réponse" in words

    agent.send(added.location, options="Rue Basse\nGrande rue", all_of="any")
    changed = workshop.form.field("quelle_rue")
    assert changed is not None
    assert [option.name for option in changed.options] == ["rue_basse", "grande_rue"]
    assert changed.shown_when is not None
    assert not changed.shown_when.all_of
    press(agent, f"{HERE}/questions/quelle_rue/monter")
    assert [each.name for each in workshop.form.pages[1].fields] == ["name", "remark", "quelle_rue"]
    press(agent, f"{HERE}/pages/le_lieu/monter")
    assert [each.name for each in workshop.form.pages] == ["what", "le_lieu", "who"]
    press(agent, f"{HERE}/questions/quelle_rue/supprimer")
    press(agent, f"{HERE}/pages/le_lieu/supprimer")
    assert workshop.form == removal()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("\n".join(f"Rue {n}" for n in range(41)), "40 choix au plus"),
        ("Rue Basse\nRue Basse", "Deux choix ont les mêmes mots"),
        ("x" * 151, "Raccourcissez ce choix"),
    ],
)
def test_choices_that_cannot_be_are_said_on_the_question(
    agent: Any, workshop: Workshop, options: str, expected: str
) -> None:
    refused = agent.send(f"{HERE}/questions/why", options=options)
    assert refused.status_code == 422
    assert expected in refused.get_data(as_text=True)
    assert workshop.form == removal()


def test_every_kind_of_question_has_its_settings(agent: Any, workshop: Workshop) -> None:
    for kind in FieldKind:
        added = agent.send(f"{HERE}/pages/who/question", kind=kind.value, label=f"Question {kind.value}")
        assert agent.send(added.location).location == f"{HERE}#pages", kind
    date_field = f"{HERE}/questions/question_date"
    refused = agent.send(date_field, least="hier")
    assert "Écrivez un nombre entier" in refused.get_data(as_text=True)
    agent.send(date_field, least="-90", most="0")
    found = workshop.form.field("question_date")
    assert found is not None
    assert (found.least, found.most) == (-90, 0)


def test_what_is_to_be_mended_is_said_with_its_place(site: Any, agent: Any, workshop: Workshop) -> None:
    workshop.form = form(page("one", field("a", shown_when=when("b")), field("b")), page("two"))
    words = text_of(agent.read(HERE))
    assert "« A » : La condition parle d’une question posée plus loin" in words
    assert "Page « Page two » : Cette page n’a aucune question" in words
    assert "Publier cette version" not in words
    workshop.form = removal()
    press(agent, f"{HERE}/publier")
    assert workshop.published == 1


def test_another_agents_change_is_not_overwritten(agent: Any, workshop: Workshop) -> None:
    opened = agent.read(f"{HERE}/questions/name")
    listed = agent.read(HERE)
    workshop.revision += 1

    refused = agent.submit(opened, label="Votre nom de naissance")
    assert refused.status_code == 409
    assert 'value="Votre nom de naissance"' in refused.get_data(as_text=True)
    press(agent, f"{HERE}/questions/name/supprimer", listed)
    assert workshop.form == removal()


def test_only_the_administration_composes(site: Any) -> None:
    site.agent(Role.REQUESTS).get(HERE, 403)


# ---------------------------------------------------------------- tried


def test_a_form_is_tried_as_it_will_be_filled_and_nothing_is_kept(agent: Any, workshop: Workshop) -> None:
    trial = f"{HERE}/essai"
    page_ = agent.read(trial)
    refused = agent.submit(page_)
    assert "Choisissez une réponse" in refused.get_data(as_text=True)
    revealed = agent.submit(page_, f_why="works")
    assert "Combien de semaines" in revealed.get_data(as_text=True)
    answer = agent.submit(soup(revealed), f_weeks="2")
    answer = agent.submit(soup(answer), f_name="Li Na")
    answer = agent.submit(soup(answer), f_contact_email="li@exemple.fr")
    words = text_of(soup(answer))
    assert "Fin de l’essai" in words
    assert "Pourquoi ? Works Combien de semaines ? 2 Votre nom Li Na" in words


def press(browser: Any, address: str, shown_page: Any = None) -> Any:
    """The button of the page that leads there."""
    listed = shown_page or browser.read(HERE)
    forms = [each["action"] for each in listed.select("main form")]
    return browser.submit(listed, forms.index(address))


def soup(answer: Any) -> Any:
    from bs4 import BeautifulSoup

    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


# ---------------------------------------------------------------- rules


def test_every_fault_has_its_sentence() -> None:
    codes = set(re.findall(r'(?:code=|yield |return |append\()"([a-z_]+)"', inspect.getsource(soundness)))
    codes |= {"condition_later", "condition_unknown"}
    assert codes == set(procedure_faults.SENTENCES)


def test_a_name_is_made_of_the_words_and_never_twice() -> None:
    assert procedure_edits.name_for("Où habitez-vous ?", []) == "ou_habitez_vous"
    assert procedure_edits.name_for("Où habitez-vous ?", ["ou_habitez_vous"]) == "ou_habitez_vous_2"
    assert procedure_edits.name_for("2 rue", []) == "q_2_rue"
    assert procedure_edits.name_for("?!", []) == "q"


@given(st.lists(st.sampled_from(["a", "b", "why=works", "why=removal", "c=yes"]), unique=True), st.booleans())
def test_a_condition_survives_the_boxes(values: list[str], all_of: bool) -> None:
    read = procedure_conditions.read(values, all_of)
    assert sorted(procedure_conditions.ticked(read)) == sorted(values)


@given(st.text(max_size=60))
def test_a_name_is_always_one_that_a_field_may_have(label: str) -> None:
    made = procedure_edits.name_for(label, [])
    assert field(made).name == made


@given(
    st.lists(
        st.tuples(st.sampled_from(["why", "day", "name", "remark"]), st.sampled_from([-1, 1])), max_size=12
    )
)
def test_moving_questions_about_loses_none(moves: list[tuple[str, int]]) -> None:
    moved = removal()
    for name, by in moves:
        moved = procedure_edits.move_field(moved, name, by)
    assert sorted(each.name for each in moved.fields()) == sorted(each.name for each in removal().fields())
