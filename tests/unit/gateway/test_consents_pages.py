"""« Autorisations » with doubles behind: families answer, the administration publishes."""

from uuid import UUID

from contracts.accounts.consents import (
    AnswerConsents,
    CloseConsentKind,
    ConsentChildView,
    ConsentKindView,
    ConsentState,
    ConsentTextChanged,
    ConsentTextView,
    ListConsentKinds,
    MyConsents,
    MyConsentsView,
    OpenConsentKind,
    OwnConsentView,
    PublishConsentText,
    PublishedTextView,
)
from contracts.caller import Role
from contracts.errors import Conflict
from tests.mothers.accounts import NOW
from tests.unit.gateway.conftest import Site

CHILD = UUID(int=40)
PAGE = "/mon-espace/autorisations/"
NAME = f"droit-a-l-image--{CHILD}"
STAFF = "/agents/autorisations/"


def a_view(**own: object) -> MyConsentsView:
    text = ConsentTextView(
        code="droit-a-l-image",
        label="Droit à l’image",
        version=2,
        text="J’autorise la ville à photographier mon enfant.\n\nLes images restent deux ans.",
        effect="Votre enfant n’apparaît sur aucune image publiée.",
        needs_all_guardians=True,
        answer_required=True,
        published_at=NOW,
    )
    answer = {"child_id": CHILD, "code": text.code, "state": ConsentState.UNANSWERED, **own}
    return MyConsentsView(
        texts=[text],
        children=[ConsentChildView(child_id=CHILD, first_name="Alizée", last_name="Martin")],
        answers=[OwnConsentView.model_validate(answer)],
    )


def a_kind(**changes: object) -> ConsentKindView:
    texts = [
        PublishedTextView(
            version=version, text=f"Texte {version}.", effect="Rien.", published_at=NOW,
            published_by="Monique Chatelard", answers=version,
        )
        for version in (2, 1)
    ]  # fmt: skip
    view = ConsentKindView(
        code="sorties", label="Sorties en car", needs_all_guardians=False, answer_required=True, texts=texts
    )
    return view.model_copy(update=changes)


def test_a_parent_reads_the_text_and_what_a_no_entails_and_answers(site: Site) -> None:
    site.services.answers[MyConsents] = a_view()
    site.services.answers[AnswerConsents] = a_view(agrees=True)
    browser = site.citizen()

    page = browser.read(PAGE)
    answer = browser.submit(page, **{NAME: "oui"})

    assert "Votre enfant n’apparaît sur aucune image publiée." in page.main.get_text()
    assert answer.location == PAGE
    (asked,) = site.services.asked_for(AnswerConsents)
    assert [(each.child_id, each.code, each.version, each.agrees) for each in asked.answers] == [
        (CHILD, "droit-a-l-image", 2, True)
    ]


def test_an_answer_to_an_older_text_is_said_and_not_ticked(site: Site) -> None:
    site.services.answers[MyConsents] = a_view(
        agrees=True, version=1, answered_at=NOW, outdated=True, state=ConsentState.OUTDATED
    )

    page = site.citizen().read(PAGE)

    assert "Le texte a changé depuis" in page.main.get_text()
    assert page.select("input[type=radio][checked]") == []


def test_a_text_changed_meanwhile_is_shown_to_be_read_again(site: Site) -> None:
    site.services.answers[MyConsents] = a_view()
    site.services.answers[AnswerConsents] = ConsentTextChanged(label="Droit à l’image")

    answer = site.citizen().send(PAGE, **{NAME: "non"})

    assert answer.status_code == 409
    assert "vient de changer" in answer.get_data(as_text=True)


def test_the_answer_leads_back_to_the_page_it_was_asked_from_and_nowhere_else(site: Site) -> None:
    site.services.answers[MyConsents] = a_view()
    site.services.answers[AnswerConsents] = a_view()

    inside = site.citizen().send(PAGE + "?retour=/mon-espace/famille/", **{NAME: "non"})
    outside = site.citizen().send(PAGE + "?retour=//exemple.org/", **{NAME: "non"})

    assert (inside.location, outside.location) == ("/mon-espace/famille/", PAGE)


def test_before_a_key_the_page_says_what_to_do(site: Site) -> None:
    site.services.answers[MyConsents] = MyConsentsView(texts=[], children=[], answers=[])

    assert "Clé Enfance" in site.citizen().read(PAGE).main.get_text()


def test_a_text_is_looked_at_before_it_is_published(site: Site) -> None:
    site.services.answers[ListConsentKinds] = [a_kind()]
    site.services.answers[PublishConsentText] = 3
    browser = site.agent(Role.ADMINISTRATION)

    preview = browser.send(STAFF + "sorties/texte", text="J’autorise les sorties.", effect="Il reste.")
    page = browser.read(STAFF)

    assert "Ce que liront les familles" in preview.get_data(as_text=True)
    assert site.services.asked_for(PublishConsentText) == []
    assert "Version 2" in page.main.get_text()
    assert "Texte 1." in page.main.get_text()


def test_the_published_text_carries_the_version_that_was_seen(site: Site) -> None:
    site.services.answers[ListConsentKinds] = [a_kind()]
    site.services.answers[PublishConsentText] = Conflict()
    browser = site.agent(Role.ADMINISTRATION)

    refused = browser.post(
        STAFF + "sorties/texte",
        {"text": "J’autorise.", "effect": "Il reste.", "version": "2", "step": "confirm"},
    )

    assert refused.status_code == 409
    assert site.services.asked_for(PublishConsentText)[0].version == 2


def test_something_new_is_asked_and_something_old_no_more(site: Site) -> None:
    site.services.answers[ListConsentKinds] = [a_kind()]
    site.services.answers[OpenConsentKind] = "image"
    site.services.answers[CloseConsentKind] = None
    browser = site.agent(Role.ADMINISTRATION)

    browser.post(
        STAFF + "nouvelle",
        {"label": "Image", "text": "J’autorise.", "effect": "Rien.", "needs_all": "y", "step": "confirm"},
    )
    browser.post(STAFF + "sorties/fermer")

    opened = site.services.asked_for(OpenConsentKind)[0]
    assert (opened.needs_all_guardians, opened.answer_required) == (True, False)
    assert site.services.asked_for(CloseConsentKind)[0].code == "sorties"


def test_only_the_administration_opens_the_page(site: Site) -> None:
    site.agent(Role.FAMILY_FILES).get(STAFF, 403)
