"""The pages of accounts with doubles behind them: what they ask, what they show, what they never say."""

import io
from datetime import date
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from contracts.accounts.families import (
    FamiliesPage,
    FamilyFile,
    FamilyRow,
    GuardianFile,
    OpenFamily,
    QuotientView,
    RedeemKey,
    SearchFamilies,
    SetQuotient,
)
from contracts.accounts.family_file import MyFileView, OpenMyFile
from contracts.accounts.identity import (
    AskReset,
    ConfirmEmail,
    PasswordTooWeak,
    Register,
    ResetPassword,
    SignedInView,
    SignIn,
    WrongCredentials,
)
from contracts.accounts.imports import (
    ApplyImport,
    ChangeCounts,
    DecideImport,
    DoubtView,
    HomeView,
    ImportPage,
    ImportsPage,
    ImportState,
    ImportUnreadable,
    ImportView,
    ListImports,
    OpenImport,
    OptionView,
    Outcome,
    PlaceView,
    RowCounts,
    RowView,
    SourceFile,
    StartImport,
)
from contracts.accounts.keys import (
    GuardianRow,
    IssueKeys,
    KeyLetter,
    KeyOfAnother,
    KeysPage,
    KeyState,
    KeyUnknown,
    ListGuardians,
)
from contracts.caller import Kind, Role
from contracts.documents.keys import ReadKeys
from contracts.errors import ServiceUnavailable, TooManyAttempts
from gateway.staff import imports as import_pages
from tests.mothers import accounts as mother
from tests.mothers import family_file as family_mother

IMPORT_ID = UUID(int=50)


def an_import(**changes: object) -> ImportView:
    view = ImportView(
        import_id=IMPORT_ID,
        place_code=mother.SCHOOL,
        place_name="École Jacquemart",
        state=ImportState.PREVIEW,
        started_at=mother.NOW,
        started_by="Odile Garnier",
        pupils=RowCounts(total=33, understood=32, rejected=1),
        guardians=RowCounts(total=42, understood=37, doubtful=3, rejected=2),
        families=ChangeCounts(new=25),
        children=ChangeCounts(new=32),
        adults=ChangeCounts(new=38),
        two_homes=4,
        doubts=2,
        doubts_open=2,
    )
    return view.model_copy(update=changes)


def a_preview(**changes: object) -> ImportPage:
    return ImportPage(
        summary=an_import(**changes),
        doubts=[
            DoubtView(
                doubt_id="a1",
                kind="adult",
                name="Sandrine Merlinge",
                facts=["1 rue Haute — ligne 32", "2 rue Basse — ligne 33"],
                lines=[32, 33],
                options=[
                    OptionView(value="moved:1", code="moved", label="1 rue Haute"),
                    OptionView(value="two_homes", code="two_homes"),
                    OptionView(value="two_people", code="two_people"),
                ],
            ),
            DoubtView(
                doubt_id="b2",
                kind="child",
                name="Matis Roubinot",
                facts=["Agathe Roubinot, ligne 39"],
                lines=[39],
                options=[
                    OptionView(value="child:1", code="same_child", label="Mathis Roubinot, CE2"),
                    OptionView(value="leave_out", code="leave_out"),
                ],
                choice="child:1",
                remembered=True,
            ),
        ],
        rows=[
            RowView(
                file=SourceFile.PUPILS,
                line=2,
                outcome=Outcome.REJECTED,
                label="Perrine Dubreuilh",
                reason="birth_date",
            ),
            RowView(
                file=SourceFile.GUARDIANS,
                line=3,
                outcome=Outcome.UNDERSTOOD,
                label="Odile Tranchand",
                remarks=["no_address", "two_homes"],
            ),
        ],
        page=1,
        pages=2,
        total=75,
    )


# ---------------------------------------------------------------- registration, sign-in, password


def test_registration_asks_once_and_always_leads_to_the_same_page(site) -> None:
    site.services.answers[Register] = None
    answer = site.anonymous().send(
        "/creer-mon-espace",
        title="Mme",
        first_name="Léa",
        last_name="Martin",
        email="Lea.Martin+ville@Exemple.fr",
        password=mother.PASSWORD,
    )
    assert answer.location == "/creer-mon-espace/verifiez-vos-courriels"
    asked = site.services.asked_for(Register)[0]
    assert (asked.title, asked.first_name, asked.password) == ("Mme", "Léa", mother.PASSWORD)
    site.anonymous().read(answer.location)


def test_a_weak_password_is_explained_on_its_field_and_never_sent_back(site) -> None:
    site.services.answers[Register] = PasswordTooWeak(problems={"password": "password_guessable"})
    answer = site.anonymous().send(
        "/creer-mon-espace",
        first_name="Léa",
        last_name="Martin",
        email="a@exemple.fr",
        password="motdepasse2026",
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "se devine trop facilement" in page
    assert "motdepasse2026" not in page


def test_opening_the_mails_link_confirms_nothing_until_the_button(site) -> None:
    site.services.answers[ConfirmEmail] = None
    browser = site.anonymous()
    page = browser.read("/creer-mon-espace/confirmer/jeton")
    assert site.services.asked_for(ConfirmEmail) == []
    answer = browser.submit(page)
    assert site.services.asked_for(ConfirmEmail)[0].token == "jeton"
    assert answer.location.startswith("/connexion")


def test_sign_in_opens_the_session_and_goes_where_one_wanted(site) -> None:
    signed_in = SignedInView(
        account_id=UUID(int=10), kind=Kind.CITIZEN, name="Mme Léa Martin", last_sign_in=mother.NOW
    )
    site.services.answers |= {
        SignIn: signed_in,
        ReadKeys: ServiceUnavailable(service="documents"),
        OpenMyFile: family_mother.a_file(),
    }
    browser = site.anonymous()
    answer = browser.send(
        "/connexion?suite=/mon-espace/famille/", email="lea.martin@exemple.fr", password=mother.PASSWORD
    )
    assert answer.location == "/mon-espace/famille/"
    assert browser.read("/mon-espace/famille/").h1.get_text() == "Ma famille"


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.exemple", "//ailleurs.exemple", "/\\ailleurs"])
def test_sign_in_never_leads_to_another_site(site, elsewhere: str) -> None:
    site.services.answers[SignIn] = SignedInView(account_id=uuid4(), kind=Kind.CITIZEN, name="L")
    site.services.answers[ReadKeys] = ServiceUnavailable(service="documents")
    answer = site.anonymous().send(f"/connexion?suite={elsewhere}", email="a@exemple.fr", password="x")
    assert answer.location == "/mon-espace/"


def test_a_refused_sign_in_says_one_sentence(site) -> None:
    site.services.answers[SignIn] = WrongCredentials()
    answer = site.anonymous().send("/connexion", email="a@exemple.fr", password="x")
    assert answer.status_code == 422
    assert "Identifiant ou mot de passe incorrect" in answer.get_data(as_text=True)


def test_a_throttled_sign_in_says_how_long(site) -> None:
    site.services.answers[SignIn] = TooManyAttempts(retry_after=240)
    answer = site.anonymous().send("/connexion", email="a@exemple.fr", password="x")
    assert answer.status_code == 429
    assert "4 minutes" in answer.get_data(as_text=True)


def test_a_forgotten_password_answers_the_same_and_warns_of_the_vault(site) -> None:
    site.services.answers[AskReset] = None
    answer = site.anonymous().send("/mot-de-passe-oublie", email="personne@exemple.fr")
    assert "Vérifiez vos courriels" in answer.get_data(as_text=True)
    browser = site.anonymous()
    page = browser.read("/mot-de-passe/jeton")
    assert "code de récupération" in page.get_text()
    site.services.answers[ResetPassword] = SignedInView(account_id=uuid4(), kind=Kind.CITIZEN, name="L")
    assert browser.submit(page, password=mother.PASSWORD).location == "/connexion"


# ---------------------------------------------------------------- the key and the family


def test_before_a_key_there_is_nothing_of_any_family(site) -> None:
    nothing = MyFileView(household=mother.a_household(families=False), records=[], changes=[])
    site.services.answers[OpenMyFile] = nothing
    page = site.citizen().read("/mon-espace/famille/")
    assert page.select_one('main a[href="/mon-espace/cle/"]')
    assert "Foyer" not in page.get_text().replace("Foyers", "")


def test_the_family_shows_its_members_its_children_and_its_own_address(site) -> None:
    site.services.answers[OpenMyFile] = family_mother.a_file()
    page = site.citizen().read("/mon-espace/famille/")
    text = page.get_text()
    for shown in ("Alizée Martin", "École Jacquemart, CE2", "12 rue Jacquemart", "812", "F001042", "Vous"):
        assert shown in text
    hrefs = {link["href"] for link in page.select("main a[href]")}
    # Its five actions, and the calendar of a child of two homes.
    assert sum(str(UUID(int=40)) in href for href in hrefs) == 6


def test_an_unknown_quotient_is_said_plainly(site) -> None:
    household = mother.a_household()
    household = household.model_copy(update={"families": [mother.a_family(quotient=None)]})
    site.services.answers[OpenMyFile] = family_mother.a_file().model_copy(update={"household": household})
    assert "Inconnu" in site.citizen().read("/mon-espace/famille/").get_text()


def test_a_key_opens_the_family(site) -> None:
    site.services.answers[RedeemKey] = mother.a_household()
    answer = site.citizen().send("/mon-espace/cle/", key="7k0m 9dxv 2htc")
    assert answer.location == "/mon-espace/famille/"
    assert site.services.asked_for(RedeemKey)[0].key == "7k0m 9dxv 2htc"


@pytest.mark.parametrize(
    ("refusal", "words"),
    [(KeyUnknown(), "aucun courrier"), (KeyOfAnother(name="Thierry B."), "Thierry B.")],
)
def test_a_refused_key_is_explained_on_its_field(site, refusal, words: str) -> None:
    site.services.answers[RedeemKey] = refusal
    answer = site.citizen().send("/mon-espace/cle/", key="7K0M-9DXV-2HTC")
    assert words in answer.get_data(as_text=True)
    assert answer.status_code in (409, 422)


def test_the_qr_code_leads_to_a_page_that_knows_nothing(site) -> None:
    page = site.anonymous().read("/cle")
    assert page.select_one('a[href="/creer-mon-espace"]')
    assert site.citizen().get("/cle", 302).location == "/mon-espace/cle/"


# ---------------------------------------------------------------- staff


def test_two_files_and_a_school_start_an_import(site, monkeypatch) -> None:
    stored: dict[str, bytes] = {}

    class Store:
        def __init__(self, _settings: object) -> None: ...

        def ensure(self, _bucket: str) -> None: ...

        def put(self, _bucket: str, key: str, stream: io.BytesIO) -> int:
            stored[key] = stream.read()
            return 1

    monkeypatch.setattr(import_pages, "Objects", Store)
    places = [PlaceView(place_code=mother.SCHOOL, name="École Jacquemart")]
    site.services.answers[ListImports] = ImportsPage(places=places, imports=[an_import()])
    site.services.answers[StartImport] = an_import()
    browser = site.agent(Role.FAMILY_FILES)
    answer = browser.post(
        "/agents/imports/",
        {
            "command_id": str(UUID(int=7)),
            "place_code": mother.SCHOOL,
            "pupils": (io.BytesIO(b"p"), "eleves.csv"),
            "guardians": (io.BytesIO(b"g"), "responsables.csv"),
        },
        content_type="multipart/form-data",
    )
    assert f"/agents/imports/{IMPORT_ID}" == answer.location
    assert {f"{UUID(int=7)}/pupils.csv": b"p", f"{UUID(int=7)}/guardians.csv": b"g"} == stored
    site.services.answers[StartImport] = ImportUnreadable(file="guardians", why="swapped", columns=[])
    refused = browser.post(
        "/agents/imports/",
        {
            "place_code": mother.SCHOOL,
            "pupils": (io.BytesIO(b"p"), "eleves.csv"),
            "guardians": (io.BytesIO(b"g"), "responsables.csv"),
        },
        content_type="multipart/form-data",
    )
    assert "sont inversés" in refused.get_data(as_text=True)


@pytest.mark.parametrize("shown", ["", "homes", "rejected"])
def test_the_preview_says_row_by_row_and_asks_what_is_doubtful(site, shown: str) -> None:
    preview = a_preview()
    if shown == "homes":
        homes = [HomeView(address="1 rue Haute", guardians=["Léa"], children=["Zoé"])]
        preview = preview.model_copy(update={"rows": [], "homes": homes})
    site.services.answers[OpenImport] = preview
    page = site.agent(Role.FAMILY_FILES).read(f"/agents/imports/{IMPORT_ID}?voir={shown}")
    assert len(page.select("main input[type=radio]")) == 5
    assert len(page.select("main input[type=radio][checked]")) == 1
    assert not page.select('form[action$="/appliquer"]')


def test_answers_to_doubts_are_sent_by_doubt(site) -> None:
    site.services.answers |= {OpenImport: a_preview(), DecideImport: an_import(doubts_open=0)}
    site.agent(Role.FAMILY_FILES).send(f"/agents/imports/{IMPORT_ID}", da1="two_homes")
    assert site.services.asked_for(DecideImport)[0].choices == {"a1": "two_homes", "b2": "child:1"}


def test_a_decided_import_is_applied_and_says_when_nothing_changed(site) -> None:
    nothing = {name: ChangeCounts(unchanged=3) for name in ("families", "children", "adults")}
    site.services.answers |= {
        OpenImport: a_preview(doubts_open=0, **nothing),
        ApplyImport: an_import(state=ImportState.APPLIED, **nothing),
    }
    browser = site.agent(Role.FAMILY_FILES)
    page = browser.read(f"/agents/imports/{IMPORT_ID}")
    assert "ne changerait rien" in page.get_text()
    form = next(
        place for place, form in enumerate(page.select("main form")) if form["action"].endswith("/appliquer")
    )
    browser.submit(page, form)
    assert "rien n’a changé" in browser.read(f"/agents/imports/{IMPORT_ID}").get_text()


def a_keys_page() -> KeysPage:
    return KeysPage(
        places=[PlaceView(place_code=mother.SCHOOL, name="École Jacquemart")],
        classes=["CP"],
        guardians=[
            GuardianRow(
                guardian_id=UUID(int=60 + place),
                family_id=UUID(int=20),
                family_number="F001042",
                name=f"Mme Léa {state}",
                address="1 rue Haute",
                children=["Zoé"],
                key=state,
                expires_at=mother.NOW if state is KeyState.POSTED else None,
            )
            for place, state in enumerate(KeyState)
        ],
        page=1,
        pages=1,
        total=4,
    )


def test_letters_are_one_pdf_a_page_each_and_kept_nowhere(site) -> None:
    site.services.answers[ListGuardians] = a_keys_page()
    site.services.answers[IssueKeys] = [
        KeyLetter(
            guardian_id=UUID(int=60 + place),
            name="Mme Léa Martin",
            street="1 rue Haute",
            postcode="26100",
            city="Romans",
            family_number="F001042",
            children=["Zoé"],
            key="7K0M-9DXV-2HTC",
            expires_on=date(2027, 2, 21),
        )
        for place in range(3)
    ]
    answer = site.agent(Role.FAMILY_FILES).send("/agents/cles/", form=1, guardian=str(UUID(int=60)))
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 3
    assert [UUID(int=60)] == site.services.asked_for(IssueKeys)[0].guardian_ids


def test_nobody_ticked_is_said(site) -> None:
    site.services.answers[ListGuardians] = a_keys_page()
    answer = site.agent(Role.FAMILY_FILES).send("/agents/cles/", form=1)
    assert "Cochez au moins un responsable" in answer.get_data(as_text=True)


def test_families_are_found_and_their_quotient_is_typed(site) -> None:
    row = FamilyRow(
        family_id=UUID(int=20),
        number="F001042",
        label="Martin",
        city="Romans",
        children=["Zoé"],
        accounts=1,
        guardians=2,
    )
    file = FamilyFile(
        family=mother.a_family(),
        guardians=[GuardianFile(member=each, key=KeyState.POSTED) for each in mother.a_family().guardians],
        quotients=[QuotientView(month=date(2026, 10, 1), euros=812)],
        resident=True,
        other_homes={UUID(int=40): [UUID(int=21)]},
    )
    site.services.answers |= {
        SearchFamilies: FamiliesPage(families=[row], page=1, pages=1, total=1),
        OpenFamily: file,
        SetQuotient: file,
    }
    browser = site.agent(Role.FAMILY_FILES)
    assert "Martin" in browser.read("/agents/familles/?nom=martin").get_text()
    address = f"/agents/familles/{UUID(int=20)}"
    page = browser.read(address)
    form = len(page.select("main form")) - 1
    browser.submit(page, form, month="2026-11-01", euros="640", source="attestation CAF")
    asked = site.services.asked_for(SetQuotient)[0]
    assert (date(2026, 11, 1), 640) == (asked.month, asked.euros)


@pytest.mark.parametrize(
    "address", ["/agents/imports/", "/agents/cles/", "/agents/familles/", "/agents/courriels/"]
)
def test_other_agents_do_not_enter(site, address: str) -> None:
    site.agent(Role.ATTENDANCE).get(address, 403)
