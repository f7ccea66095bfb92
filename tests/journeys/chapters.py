"""What is done in the story: by commands where the town hall's installer does it, else in the browser."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Locator, expect

from chassis.client import Services
from chassis.clock import PARIS
from contracts.accounts.agents import CreateAgent
from contracts.accounts.imports import ListImports
from contracts.billing.tariffs import Band, BandsRule, FixedRule, PublishTariff, Surcharge, TariffRule
from contracts.caller import SYSTEM
from deploy.local.demo import enrolment
from deploy.local.demo.authenticator import secret_of
from gateway import french
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import AGENTS, PASSWORD, SCHOOL, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town
from tests.waiting import eventually

START = datetime(2026, 11, 3, 10, 0, tzinfo=PARIS)
"""Tuesday, an ordinary school day; the canteen of Thursday closed an hour ago."""
CANTEEN = "Restauration scolaire"
ONDE = Path(__file__).parents[1] / "fixtures" / "onde"
CANTEEN_BANDS = BandsRule(
    bands=(
        Band(name="A", up_to=400, cents=120),
        Band(name="B", up_to=800, cents=310),
        Band(name="C", cents=545),
    ),
    surcharge=Surcharge(cents=200),
)


def set_time(town: Town, moment: datetime) -> None:
    """From here on the town lives at that moment, and time goes on."""
    town.shift_clock(moment - datetime.now(moment.tzinfo))


def open_town(town: Town, today: date) -> None:
    """The offer, the prices and the agents: what stands before the first visitor comes."""
    services = Services(town.amqp_url("gateway"), timeout=30)
    enrolment.load(services, today)
    for activity, rule in _prices():
        eventually(lambda a=activity, r=rule: _publish(services, a, r, today))  # type: ignore[misc]
    for agent in AGENTS:
        made = CreateAgent(
            command_id=uuid4(),
            first_name=agent.first_name,
            last_name=agent.last_name,
            email=agent.email,
            roles=agent.roles,
            password=PASSWORD,
            second_factor=secret_of(agent.email),
        )
        services.ask(made, SYSTEM)
    eventually(lambda: any(p.place_code == SCHOOL[0] for p in services.ask(ListImports(), SYSTEM).places))
    services.close()


def _prices() -> Iterable[tuple[str, TariffRule]]:
    yield "cantine", CANTEEN_BANDS
    yield "heures-educatives", FixedRule(cents=150)
    yield "mercredi", FixedRule(cents=650)


def _publish(services: Services, activity: str, rule: TariffRule, today: date) -> bool:
    ask = PublishTariff(
        command_id=uuid4(), activity_code=activity, valid_from=date(today.year, 9, 1), rule=rule
    )
    services.ask(ask, SYSTEM)
    return True


# ---------------------------------------------------------------- the school's file


@dataclass(frozen=True)
class Counted:
    """The two tables of an import: {row heading: numbers}."""

    read: dict[str, list[int]]
    written: dict[str, list[int]]


def send_files(agent: Visitor, school: str, pupils: Path, guardians: Path) -> None:
    """Up to the preview."""
    agent.goto("/agents/imports/")
    agent.look("agent-import")
    agent.page.get_by_label("École").select_option(label=school)
    agent.page.get_by_label("Fichier des élèves").set_input_files(pupils)
    agent.page.get_by_label("Fichier des responsables").set_input_files(guardians)
    agent.press("Lire les fichiers")
    expect(agent.page.get_by_role("heading", level=1)).to_contain_text(school)


def decide_doubts(agent: Visitor) -> int:
    """Answers every question left with its first answer; returns how many there were."""
    groups = agent.page.get_by_role("group").filter(has=agent.page.get_by_role("radio"))
    number = groups.count()
    for place in range(number):
        if not groups.nth(place).get_by_role("radio", checked=True).count():
            groups.nth(place).get_by_role("radio").first.check()
    if number:
        agent.press("Enregistrer mes réponses")
        agent.says("Tout est décidé")
    return number


def apply_import(agent: Visitor) -> None:
    agent.press("Appliquer l’import")
    agent.says("Import appliqué")


def count(agent: Visitor) -> Counted:
    """Reads the preview's two tables."""

    def table(caption: re.Pattern[str]) -> dict[str, list[int]]:
        rows = agent.page.get_by_role("table", name=caption).locator("tbody tr")
        return {
            cells[0]: [int(cell) for cell in cells[1:]]
            for cells in (row.locator("th, td").all_inner_texts() for row in rows.all())
        }

    return Counted(table(re.compile("lu$")), table(re.compile("écrit$")))


# ---------------------------------------------------------------- accounts


def open_account(visitor: Visitor, person: Person, mailbox: Mailbox, subject: str = "") -> None:
    """From « Créer mon espace » to being signed in, by the link of the mail (called `subject`)."""
    visitor.goto("/")
    visitor.look("accueil")
    visitor.follow("Créer mon espace")
    visitor.look("creer-mon-espace")
    page = visitor.page
    page.get_by_label("Madame" if person.title == "Mme" else "Monsieur").check()
    page.get_by_label("Prénom").fill(person.first_name)
    page.get_by_label("Nom", exact=True).fill(person.last_name)
    page.get_by_label("Adresse courriel").fill(person.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    visitor.press("Créer mon espace")
    expect(page).to_have_url(re.compile("verifiez-vos-courriels"))
    visitor.look("verifiez-vos-courriels")
    visitor.goto(link_in(mailbox.await_mail(person.email, subject)))
    visitor.look("confirmer-adresse")
    page.get_by_role("main").get_by_role("button").click()
    visitor.says("Votre adresse est confirmée")
    visitor.look("connexion")
    page.get_by_label("Identifiant").fill(person.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    visitor.press("Connexion")
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()


def type_key(visitor: Visitor, key: str) -> None:
    visitor.goto("/mon-espace/cle/")
    visitor.look("cle-enfance")
    visitor.page.get_by_label("Votre Clé Enfance").fill(key)
    visitor.page.get_by_role("main").get_by_role("button").click()


# ---------------------------------------------------------------- enrolling and booking


def enrol(visitor: Visitor, child: str, activity: str) -> None:
    """Asks for an enrolment, up to where the site leads afterwards."""
    visitor.goto("/mon-espace/inscriptions/")
    visitor.look("inscriptions")
    visitor.follow(f"Inscrire {child} à une activité")
    visitor.look("inscriptions-choisir")
    visitor.follow(activity)
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(activity)
    visitor.look(f"inscription-{activity}")
    radios = visitor.page.get_by_role("main").get_by_role("radio")
    if radios.count():
        radios.first.check()
    visitor.press("Continuer")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Vérifiez votre demande")
    visitor.look("inscription-verifier")
    visitor.press("Envoyer la demande")


def open_month(visitor: Visitor, child: str, month: str = "2026-11") -> None:
    """The page of a child's month, by the menu."""
    visitor.goto("/mon-espace/reservations/")
    heading = visitor.page.get_by_role("heading", level=1)
    if heading.inner_text() == "Réservations":
        visitor.look("reservations-choisir")
        visitor.follow(child, exact=False)
    expect(heading).to_have_text(f"Réservations {french.of(child)}")
    address = re.sub(r"/\d{4}-\d\d$", "", visitor.page.url)
    visitor.goto(f"{address}/{month}")


def day(visitor: Visitor, label: str) -> Locator:
    """The row of a day: « Mardi 10 novembre »."""
    header = visitor.page.get_by_role("rowheader", name=label, exact=True)
    return visitor.page.get_by_role("row").filter(has=header)


def tick(visitor: Visitor, *labels: str, column: str = CANTEEN, on: bool = True) -> None:
    """Ticks or unticks days."""
    for label in labels:
        box = day(visitor, label).get_by_role("checkbox", name=re.compile(f"^{column}"))
        # The native control lies under its label, which is what a finger touches; not behind the bar at the foot.
        box.evaluate("(box) => box.scrollIntoView({block: 'center'})")
        box.set_checked(on, force=True)


def save(visitor: Visitor) -> None:
    visitor.press("Enregistrer mes réservations")
    expect(visitor.page.get_by_role("link", name="Revenir au mois")).to_be_visible()


def book(visitor: Visitor, child: str, *labels: str, column: str = CANTEEN) -> None:
    """Books days that are open, and sees them booked."""
    open_month(visitor, child)
    tick(visitor, *labels, column=column)
    save(visitor)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Vos réservations sont enregistrées")


def fill_date(visitor: Visitor, group: str, when: date) -> None:
    """The three boxes of a date."""
    boxes = visitor.page.get_by_role("group", name=group, exact=True)
    for label, number in (("Jour", when.day), ("Mois", when.month), ("Année", when.year)):
        boxes.get_by_label(label).fill(str(number))


# ---------------------------------------------------------------- the roll-call and the month's invoices


def open_sheet(desk: Visitor, school: str = SCHOOL[1]) -> None:
    """Today's sheet of a school's canteen."""
    desk.goto("/agents/pointage/")
    desk.look("agent-pointage")
    sheet = desk.page.get_by_role("main").get_by_role("listitem").filter(has_text=school)
    sheet.filter(has_text=CANTEEN).get_by_role("link", name="Remplir la feuille").click()
    desk.look("agent-feuille")


def mark(desk: Visitor, child: str, word: str) -> None:
    """Checks a child of the sheet."""
    radio = desk.page.get_by_role("group", name=child).get_by_role("radio", name=word, exact=True)
    radio.evaluate("(radio) => radio.scrollIntoView({block: 'center'})")
    radio.check()


def add_unexpected(desk: Visitor, text: str, child: str) -> None:
    """Puts a child who came without a booking on the sheet."""
    desk.page.get_by_label("Chercher un enfant par son nom").fill(text)
    desk.press("Chercher")
    desk.look("agent-feuille-chercher")
    desk.press(f"Ajouter {child}", exact=False)
    expect(desk.page.get_by_role("group", name=child)).to_contain_text("Sans réservation")


def save_sheet(desk: Visitor) -> None:
    desk.press("Clore la feuille")
    desk.says("est close")
    desk.look("agent-feuille-close")


def draft_month(desk: Visitor, month: str, settled: int) -> None:
    """From the billing desk to the draft's check page, once billing has heard of that many sheets."""
    row = desk.page.get_by_role("table", name="Mois à facturer").get_by_role("row").filter(has_text=month)

    def is_told() -> bool:
        desk.goto("/agents/facturation/")
        return row.filter(has_text=f"{settled} séances pointées").count() == 1

    eventually(is_told)
    desk.look("agent-facturation")
    row.get_by_role("button").click()
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(month)

    def is_counted() -> bool:
        desk.page.reload()
        return desk.page.get_by_role("button", name="J’ai vérifié, passer à la publication").count() == 1

    eventually(is_counted)


def open_run(desk: Visitor, month: str) -> None:
    """The check page of a month that was billed."""
    desk.goto("/agents/facturation/")
    desk.page.get_by_role("table", name="Facturations").get_by_role("link", name=month).click()
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(month)


def open_invoice(visitor: Visitor) -> None:
    """The newest of the list of invoices."""
    visitor.page.get_by_role("main").get_by_role("listitem").get_by_role("heading").get_by_role(
        "link"
    ).first.click()
    expect(visitor.page.get_by_role("link", name="Télécharger la facture (PDF)")).to_be_visible()
