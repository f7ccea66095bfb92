"""Two parents who live apart: one states the calendar, the other objects, an agent decides, both read the same days."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.letters import print_letters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import FILES_AGENT, Person
from tests.journeys.visitor import Visitor

MAELLE = Person("Mme", "Maëlle", "Arnoux")
ADRIEN = Person("M.", "Adrien", "Perrachon")
CHILD = "Romane"
OURS = ("60 quai Ulysse-Chevalier", MAELLE.email, "06 39 98 39 09", "0639983909")
THEIRS = (
    "13 avenue Duchesne",
    "26750",
    "Saint-Paul-lès-Romans",
    ADRIEN.email,
    "06 39 98 31 82",
    "0639983182",
)
"""What the other home must never read; telephones as the school has them."""


@pytest.fixture(scope="module")
def apart(
    imported: object,
    visit: Callable[..., Visitor],
    agent: Callable[[Person], Visitor],
    mailbox: Mailbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Visitor, Visitor]:
    """Both have an account and their own family's file open."""
    letters = print_letters(agent(FILES_AGENT), (MAELLE, ADRIEN), tmp_path_factory.mktemp("apart"))
    both = []
    for person in (MAELLE, ADRIEN):
        visitor = visit()
        chapters.open_account(visitor, person, mailbox)
        chapters.type_key(visitor, letters.keys[person])
        visitor.says("Le dossier de votre famille est ouvert")
        both.append(visitor)
    return both[0], both[1]


@pytest.fixture(scope="module")
def stated(apart: tuple[Visitor, Visitor]) -> str:
    """Maëlle has stated every other week; the address of the calendar."""
    maelle, _ = apart
    maelle.goto("/mon-espace/famille/")
    maelle.page.get_by_role("link", name="calendrier de garde").first.click()
    maelle.look("garde-vide")
    address = maelle.page.url
    maelle.follow("Indiquer le calendrier")
    maelle.look("garde-forme")
    maelle.follow("Une semaine sur deux")
    maelle.page.get_by_role("group", name="Où est l’enfant la semaine du").get_by_label("Chez moi").check()
    small = maelle.page.get_by_role("group", name="Les petites vacances")
    small.get_by_label("Par moitié, la première chez moi les années paires").check()
    summer = maelle.page.get_by_role("group", name="Les vacances d’été")
    summer.get_by_label("Par quinzaines, la première chez moi les années paires").check()
    maelle.page.get_by_label("Un jugement").check()
    maelle.look("garde-questions")
    maelle.press("Continuer")
    maelle.says("Les huit premières semaines")
    maelle.look("garde-verifier")
    maelle.press("Envoyer le calendrier")
    maelle.says("En attente d’un agent")
    maelle.look("garde-envoyee")
    return address


JANUARY = "2027-01"
MONDAYS = ("Lundi 11 janvier", "Lundi 18 janvier")
OTHER_HOME = "chez l’autre parent, facturé à l’autre foyer"


@pytest.fixture(scope="module")
def booked_before(apart: tuple[Visitor, Visitor]) -> None:
    """Two Mondays on end, by Maëlle, while nobody has said whose they are."""
    maelle, adrien = apart
    chapters.enrol(maelle, CHILD, chapters.CANTEEN)
    chapters.open_month(maelle, CHILD, JANUARY)
    chapters.tick(maelle, *MONDAYS)
    chapters.save(maelle)
    maelle.says("2\u00a0jours réservés")
    chapters.open_month(adrien, CHILD, JANUARY)
    expect(chapters.day(adrien, MONDAYS[0])).to_contain_text("Par l’autre foyer de votre enfant")


@pytest.fixture(scope="module")
def decided(
    booked_before: None, stated: str, apart: tuple[Visitor, Visitor], agent: Callable[[Person], Visitor]
) -> str:
    """Adrien has objected, an agent has accepted all the same."""
    _, adrien = apart
    adrien.goto(stated)
    adrien.follow("Voir ce calendrier et répondre")
    adrien.look("garde-repondre")
    adrien.page.get_by_label("Non").check()
    adrien.page.get_by_label("Votre message à l’agent").fill("Le jugement dit les semaines impaires.")
    adrien.press("Envoyer ma réponse")
    adrien.says("Vous avez répondu")
    desk = agent(FILES_AGENT)
    desk.goto("/agents/modifications/?sujet=custody")
    desk.page.get_by_role("main").get_by_role("link", name=CHILD).click()
    desk.says("Le jugement dit les semaines impaires.")
    desk.look("agent-garde")
    desk.page.get_by_label("Accepter ce calendrier").check()
    desk.press("Enregistrer la décision")
    desk.says("Le calendrier s’applique")
    return stated


def test_both_homes_read_the_same_days_each_from_its_side(
    decided: str, apart: tuple[Visitor, Visitor]
) -> None:
    maelle, adrien = apart
    read: list[list[tuple[str, str]]] = []
    for parent in (maelle, adrien):
        parent.goto(decided)
        parent.look("garde")
        parent.follow("Toute l’année scolaire 2026-2027", exact=False)
        parent.look("garde-annee")
        expect(parent.page.get_by_role("table", name="Août 2027")).to_be_visible()
        rows = parent.page.locator("tbody tr").all()
        read.append([(row.locator("th").inner_text(), row.locator("td").first.inner_text()) for row in rows])
    exchanged = {"Chez vous": "Dans l’autre foyer", "Dans l’autre foyer": "Chez vous"}
    assert len(read[0]) > 40
    assert [(days, exchanged[where]) for days, where in read[0]] == read[1]


def test_a_new_calendar_shares_out_what_was_booked_and_says_so(
    decided: str, apart: tuple[Visitor, Visitor], mailbox: Mailbox
) -> None:
    mail = mailbox.await_mail(ADRIEN.email, "le calendrier de garde a changé")
    assert "vous seront facturés" in " ".join(mail["text"].split())
    shared: list[list[bool]] = []
    for parent in apart:
        chapters.open_month(parent, CHILD, JANUARY)
        rows = [chapters.day(parent, monday) for monday in MONDAYS]
        for row in rows:
            expect(row.get_by_role("checkbox", name=chapters.CANTEEN)).to_be_checked()
        shared.append([OTHER_HOME in row.inner_text() for row in rows])
        parent.look("mois-garde")
    assert sorted(shared) == [[False, True], [True, False]]


def test_either_parent_cancels_a_day_and_the_other_reads_who_did(
    decided: str, apart: tuple[Visitor, Visitor]
) -> None:
    maelle, adrien = apart
    chapters.open_month(maelle, CHILD, JANUARY)
    [theirs] = [monday for monday in MONDAYS if OTHER_HOME in chapters.day(maelle, monday).inner_text()]
    chapters.tick(maelle, theirs, on=False)
    chapters.save(maelle)
    maelle.says("1\u00a0jour annulé")
    adrien.goto("/mon-espace/reservations/preuves")
    proofs = adrien.page.get_by_role("listitem").filter(has_text=theirs.lower())
    expect(proofs.first).to_contain_text("Annulé")
    expect(proofs.first).to_contain_text("Maëlle Arnoux")
    expect(proofs.nth(1)).to_contain_text("ce jour passe de l’autre foyer de l’enfant au vôtre")
    adrien.look("preuves-garde")


@pytest.mark.parametrize("who", [0, 1])
def test_no_page_of_one_shows_the_others_home(decided: str, apart: tuple[Visitor, Visitor], who: int) -> None:
    """Every page that can be reached by links from the parent's home, read whole."""
    parent, secrets = apart[who], (THEIRS, OURS)[who]
    seen: set[str] = set()
    to_see = ["/mon-espace/", decided]
    while to_see:
        address = to_see.pop(0)
        answer = parent.page.request.get(address)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page = answer.text()
        shown = [secret for secret in secrets if secret in page.replace("\u00a0", " ")]
        assert shown == [], address
        parent.page.set_content("<p></p>")
        found = parent.page.evaluate(
            "page => [...new DOMParser().parseFromString(page, 'text/html').links]"
            ".map(link => link.getAttribute('href'))",
            page,
        )
        for href in found:
            path = (href or "").split("#")[0].split("?")[0]
            if path.startswith("/mon-espace/") and path not in seen and len(seen) < 150:
                seen.add(path)
                to_see.append(path)
    assert len(seen) > 15
