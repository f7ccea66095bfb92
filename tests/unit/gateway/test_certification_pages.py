"""« Valider mes données familles », « Édition de documents » and the agents' list, with doubles behind."""

import io
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from contracts.accounts.certification import (
    AlreadyCertified,
    CertificationOutdated,
    CertifyFamily,
    ListUncertified,
    PointState,
    ReviewFamily,
    Section,
    UncertifiedPage,
    UncertifiedRow,
)
from contracts.accounts.families import CertificationDue, MyHousehold
from contracts.accounts.imports import PlaceView
from contracts.accounts.own_account import MyAccount
from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.enrolments import MyEnrolments, ShowEnrolment
from contracts.enrolment.home import Overview, OverviewView
from contracts.errors import NotFound, ServiceUnavailable
from gateway import papers
from tests.mothers import accounts as people
from tests.mothers import certification as mother
from tests.mothers import own_account
from tests.mothers.enrolment_views import enrolment as an_enrolment
from tests.unit.gateway.conftest import Site

FAMILY = UUID(int=20)
PAGE = f"/mon-espace/valider/{FAMILY}"


@pytest.fixture
def home(site: Site) -> Site:
    due = CertificationDue(family_id=FAMILY, label="Martin", school_year="2026-2027")
    site.services.answers[ReviewFamily] = mother.a_review()
    site.services.answers[Overview] = OverviewView(children=[], enrolments=[], upcoming=[], deadlines=[])
    site.services.answers[ListDocumentTypes] = []
    site.services.answers[MyHousehold] = people.a_household().model_copy(update={"certifications": [due]})
    site.services.answers[MyEnrolments] = [an_enrolment(child_id=UUID(int=40), family_id=FAMILY)]
    site.services.answers[ShowEnrolment] = an_enrolment(child_id=UUID(int=40), family_id=FAMILY)
    return site


def test_the_page_says_each_state_in_words_and_links_to_where_it_is_corrected(home: Site) -> None:
    page = home.citizen().read(PAGE)

    text = page.main.get_text()
    for words in ("À jour", "Manquant", "Périmé", "À confirmer", "Modification en cours d’examen"):
        assert words in text
    assert "Inconnu n’est pas zéro" in text
    links = {str(link["href"]) for link in page.select(".review__link")}
    child = UUID(int=40)
    assert links >= {
        f"/mon-espace/autorisations/?retour={PAGE}",
        f"/mon-espace/famille/{FAMILY}/adresse",
        f"/mon-espace/famille/{FAMILY}/enfants/{child}/assurance",
        f"/mon-espace/famille/enfants/{child}/sante/vaccinations",
        f"/mon-espace/garde/{child}/",
        "/mon-espace/compte/telephone/",
    }
    assert len(page.select(".review__link")) == len(page.select(".review__point"))


def test_what_was_on_the_page_is_what_is_signed(home: Site) -> None:
    home.services.answers[CertifyFamily] = mother.a_review(signature=mother.a_signature())

    answer = home.citizen().send(PAGE, agreed="y")

    assert answer.location == PAGE
    (command,) = home.services.asked_for(CertifyFamily)
    assert (command.school_year, command.reference) == ("2026-2027", "0123456789ab")


def test_nothing_is_signed_without_the_box(home: Site) -> None:
    answer = home.citizen().send(PAGE)

    assert answer.status_code == 422
    assert "Cochez la case pour signer." in answer.get_data(as_text=True)
    assert home.services.asked_for(CertifyFamily) == []


def test_a_change_meanwhile_is_shown_and_the_box_is_to_be_ticked_again(home: Site) -> None:
    home.services.answers[CertifyFamily] = CertificationOutdated()

    answer = home.citizen().send(PAGE, agreed="y")

    assert answer.status_code == 409
    assert "Relisez-la ci-dessous" in answer.get_data(as_text=True)
    assert 'value="y" checked' not in answer.get_data(as_text=True)


def test_the_other_parent_signed_first(home: Site) -> None:
    home.services.answers[CertifyFamily] = AlreadyCertified(by="Hugo Martin")

    assert home.citizen().send(PAGE, agreed="y").location == PAGE


def test_what_blocks_is_listed_instead_of_the_signature(home: Site) -> None:
    missing = mother.a_point(
        "emergency_contact",
        PointState.MISSING,
        section=Section.CONTACTS,
        subject="Alizée Martin",
        blocks=True,
    )
    home.services.answers[ReviewFamily] = mother.a_review(missing)

    page = home.citizen().read(PAGE)

    assert "il reste 1\u00a0point à compléter" in page.main.get_text()
    assert page.select("main form") == []


def test_once_signed_the_page_says_by_whom_and_what_has_changed_since(home: Site) -> None:
    signature = mother.a_signature(changed_since=[mother.a_point("phone", subject="Léa Martin")])
    home.services.answers[ReviewFamily] = mother.a_review(signature=signature)

    page = home.citizen().read(PAGE)

    assert "par Hugo Martin" in page.main.get_text()
    assert "Modifié depuis" in page.main.get_text()
    assert "Téléphone, Léa Martin" in page.select_one(".note").get_text()
    assert page.select("main form") == []


def test_the_way_back_follows_the_parent_who_corrects_until_it_is_signed_and_nobody_else(home: Site) -> None:
    browser, corrected = home.citizen(), "/mon-espace/compte/telephone/"
    browser.read(PAGE)
    home.services.answers[CertifyFamily] = mother.a_review()
    home.services.answers[MyAccount] = own_account.an_own_account()

    during = browser.read(corrected)
    browser.send(PAGE, agreed="y")
    after = browser.read(corrected)

    assert [link["href"] for link in during.select(".back a")] == [PAGE]
    assert [link.get_text() for link in after.select(".back a")] == ["Mon compte"]
    assert [link.get_text() for link in home.citizen().read(corrected).select(".back a")] == ["Mon compte"]


def test_a_page_where_nothing_is_corrected_keeps_its_own_way_back(home: Site) -> None:
    browser = home.citizen()
    browser.read(PAGE)

    assert browser.read("/mon-espace/edition/").select(".back a") == []


def test_one_home_is_opened_at_once_and_several_are_chosen_from(home: Site) -> None:
    browser = home.citizen()
    assert browser.get("/mon-espace/valider/", 302).location == PAGE
    due = home.services.answers[MyHousehold].certifications[0]
    two = [due, due.model_copy(update={"family_id": UUID(int=21), "signed_at": people.NOW})]
    home.services.answers[MyHousehold] = people.a_household().model_copy(update={"certifications": two})
    assert "Validées le" in browser.read("/mon-espace/valider/").main.get_text()


def test_the_page_of_another_family_is_not_found(home: Site) -> None:
    home.services.answers[ReviewFamily] = NotFound()

    home.citizen().get(PAGE, 404)


def test_the_page_does_without_enrolment(home: Site) -> None:
    home.services.answers[Overview] = ServiceUnavailable(service="enrolment")

    home.citizen().read(PAGE)


# --- papers ---------------------------------------------------------------------------------------------------------


def tags(pdf: bytes) -> tuple[PdfReader, list[str]]:
    """The document, and the kinds of its structure elements in reading order."""
    reader = PdfReader(io.BytesIO(pdf))
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return reader, found


@pytest.mark.parametrize(
    ("address", "title"),
    [
        (f"famille/{FAMILY}.pdf", "Fiche d’informations famille"),
        (f"inscription/{UUID(int=1)}.pdf", "Fiche d’inscription"),
    ],
)
def test_the_sheets_can_be_read_by_a_screen_reader(home: Site, address: str, title: str) -> None:
    answer = home.citizen().get(f"/mon-espace/edition/{address}")

    reader, kinds = tags(answer.data)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert str(root["/Lang"]).startswith("fr")
    assert str(reader.metadata.title).startswith(title)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert kinds.count("/H1") == 1
    assert kinds.count("/TH") >= 2
    assert {"/H2", "/Table", "/TR", "/TD", "/P"} <= set(kinds)
    assert kinds.index("/H1") < kinds.index("/H2") < kinds.index("/Table")
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    assert "Alizée Martin" in text


def test_the_family_sheet_says_states_and_who_certified(home: Site) -> None:
    signature = mother.a_signature(changed_since=[mother.a_point("phone", subject="Léa Martin")])
    home.services.answers[ReviewFamily] = mother.a_review(signature=signature)

    answer = home.citizen().get(f"/mon-espace/edition/famille/{FAMILY}.pdf")

    text = " ".join("".join(page.extract_text() for page in tags(answer.data)[0].pages).split())
    for words in (
        "Odette Petit",
        "Périmé",
        "par Hugo Martin",
        "Modifié depuis la validation",
        "Non renseigné",
    ):
        assert words in text


@pytest.mark.parametrize("name", ["王小明", "தமிழ்", "สมชาย", "Zoé 😀", "Zoé \u200d😀"])
def test_a_name_that_no_typeface_has_costs_nobody_their_paper(name: str) -> None:
    data = {"title": "Fiche", "reference": "1", "intro": "", "members": [[name, "né à l’Île"]], "sections": [],
            "certified": []}  # fmt: skip

    text = PdfReader(io.BytesIO(papers.render("family_sheet", data))).pages[0].extract_text()

    assert papers.UNPRINTED in text
    assert "né à l’Île" in text
    assert "ne sait pas imprimer" in text


@pytest.mark.parametrize("name", ["Владимир", "Γιώργος", "محمد", "שרה", "Nguyễn Thị Ái", "Հայկ", "გიორგი"])
def test_a_name_in_other_letters_is_printed(name: str) -> None:
    data = {"title": "Fiche", "reference": "1", "intro": "", "members": [[name, "x"]], "sections": [],
            "certified": []}  # fmt: skip

    text = PdfReader(io.BytesIO(papers.render("family_sheet", data))).pages[0].extract_text()

    assert papers.UNPRINTED not in text


def test_what_can_be_printed_is_listed_and_a_service_away_takes_only_its_part(home: Site) -> None:
    browser = home.citizen()
    whole = browser.read("/mon-espace/edition/")
    home.services.answers[MyEnrolments] = ServiceUnavailable(service="enrolment")
    rest = browser.read("/mon-espace/edition/")

    assert len(whole.select("main a[href$='.pdf']")) == 2
    assert len(rest.select("main a[href$='.pdf']")) == 1


def test_the_sheet_of_an_enrolment_shows_the_home_that_prints_it(home: Site) -> None:
    home.services.answers[ShowEnrolment] = an_enrolment(child_id=UUID(int=99), family_id=UUID(int=98))

    home.citizen().get(f"/mon-espace/edition/inscription/{UUID(int=1)}.pdf", 404)


# --- agents ---------------------------------------------------------------------------------------------------------


def a_page(**changes: object) -> UncertifiedPage:
    row = UncertifiedRow(
        family_id=FAMILY, number="F001042", label="=Martin", children=["Alizée"], schools=["École Jacquemart"],
        accounts=1, missing=["insurance", "quotient"],
    )  # fmt: skip
    view = UncertifiedPage(
        school_year="2026-2027", families=[row], places=[PlaceView(place_code="0260001A", name="Jacquemart")],
        counts={"insurance": 1, "quotient": 1}, certified=12, page=1, pages=1, total=1,
    )  # fmt: skip
    return view.model_copy(update=changes)


def test_agents_filter_the_families_that_have_not_signed(site: Site) -> None:
    site.services.answers[ListUncertified] = a_page()

    page = site.agent(Role.FAMILY_FILES).read("/agents/validations/?ecole=0260001A&manque=insurance&page=2")

    assert "12\u00a0familles ont validé" in page.main.get_text()
    (asked,) = site.services.asked_for(ListUncertified)
    assert (asked.place_code, asked.missing, asked.page) == ("0260001A", "insurance", 2)


def test_the_list_goes_into_a_spreadsheet_without_becoming_a_formula(site: Site) -> None:
    site.services.answers[ListUncertified] = a_page()

    answer = site.agent(Role.FAMILY_FILES).get("/agents/validations/export.csv")

    lines = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert lines[1] == "F001042;'=Martin;Alizée;École Jacquemart;1;Assurance, Quotient familial;"
    assert site.services.asked_for(ListUncertified)[0].everything is True


def test_an_agent_reads_and_prints_a_family_s_sheet_with_the_role_for_it(home: Site) -> None:
    browser = home.agent(Role.FAMILY_FILES)

    page = browser.read(f"/agents/validations/{FAMILY}")
    sheet = browser.get(f"/agents/validations/{FAMILY}/fiche.pdf")

    assert "Pas encore validées" in page.main.get_text()
    assert sheet.data.startswith(b"%PDF")
    home.agent(Role.ATTENDANCE).get(f"/agents/validations/{FAMILY}", 403)
