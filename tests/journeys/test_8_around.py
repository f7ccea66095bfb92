"""Chapter 8. Around the story: other systems follow it; the site behaves at the keyboard and after signing out."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import AMANDINE, PASSWORD, Person
from tests.journeys.subscriber import Subscriber
from tests.journeys.visitor import Visitor
from tests.waiting import eventually

FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const shown = [style, getComputedStyle(element, "::before"), ...[...(element.labels ?? [])].flatMap(
    (label) => [getComputedStyle(label), getComputedStyle(label, "::before")])];
  const box = element.getBoundingClientRect();
  const covering = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: element.getAttribute("aria-label") || element.labels?.[0]?.innerText || element.innerText || element.name,
    tag: element.tagName,
    covered: covering !== null && covering !== element && !element.contains(covering)
             && covering.closest(".save-bar") !== element.closest(".save-bar"),
    visible: shown.some((each) => (each.outlineStyle !== "none" && parseFloat(each.outlineWidth) >= 2)
                                  || each.boxShadow !== "none"),
  };
}"""


def test_another_system_hears_of_bookings_and_invoices(subscriber: Subscriber, published: list[str]) -> None:
    eventually(lambda: len(subscriber.facts("booking.made")) >= 13)
    assert subscriber.facts("booking.made")[0]["activity_code"] == "cantine"
    # What an answer to a contested line gives back is told as well, as a credit note.
    eventually(lambda: [fact["kind"] for fact in subscriber.facts("invoice.published")].count("invoice") == 3)


def test_public_pages_hold(visit: Callable[..., Visitor]) -> None:
    stranger = visit()
    pages = {
        "actualites": "/actualites",
        "activites": "/activites",
        "infos-pratiques": "/infos-pratiques",
        "accessibilite": "/accessibilite",
        "donnees-personnelles": "/donnees-personnelles",
        "mentions-legales": "/mentions-legales",
        "nouvelle-demarche": "/nouvelle-demarche",
        "mot-de-passe-oublie": "/mot-de-passe-oublie",
    }
    for name, path in pages.items():
        answer = stranger.page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        stranger.look(name)


def test_signing_out_leaves_nothing_behind_the_back_button(
    visit: Callable[..., Visitor], amandine: Visitor
) -> None:
    """Another browser of hers, so that the story's own stays signed in."""
    parent = visit()
    parent.sign_in(AMANDINE)
    parent.goto("/mon-espace/famille/")
    parent.says("Achille Arnoux")
    parent.sign_out()
    parent.page.go_back()
    expect(parent.page.get_by_role("main")).not_to_contain_text("Achille")


def test_a_forgotten_password_is_chosen_anew(visit: Callable[..., Visitor], mailbox: Mailbox) -> None:
    """By the link of a mail; the old one opens nothing any more."""
    person, visitor = Person("M.", "Grégoire", "Oublieux"), visit()
    chapters.open_account(visitor, person, mailbox)
    visitor.sign_out()
    visitor.goto("/mot-de-passe-oublie")
    visitor.page.get_by_label("Adresse courriel").fill(person.email)
    visitor.page.get_by_role("main").get_by_role("button").click()
    visitor.look("mot-de-passe-envoye")
    visitor.goto(link_in(mailbox.await_mail(person.email, "ot de passe")))
    visitor.look("mot-de-passe-choisir")
    visitor.page.get_by_label("Nouveau mot de passe", exact=True).fill("tilleul-casserole-horizon")
    visitor.press("Changer mon mot de passe")
    visitor.says("Votre mot de passe est changé. Connectez-vous.")
    visitor.goto("/connexion")
    visitor.page.get_by_label("Identifiant").fill(person.email)
    visitor.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    visitor.press("Connexion")
    visitor.says("Identifiant ou mot de passe incorrect")
    visitor.sign_in(person, "tilleul-casserole-horizon")


def test_one_signs_in_at_the_keyboard(visit: Callable[..., Visitor], amandine: Visitor) -> None:
    parent = visit(phone=False)
    parent.goto("/connexion")
    walked = walk(parent.page, until="Mot de passe")
    assert walked[0] == "Aller au contenu"
    assert walked[-2:] == ["Identifiant", "Mot de passe"]
    parent.page.get_by_label("Identifiant").focus()
    parent.page.keyboard.type(AMANDINE.email)
    parent.page.keyboard.press("Tab")
    parent.page.keyboard.type(PASSWORD)
    parent.page.keyboard.press("Enter")
    expect(parent.page.get_by_role("button", name="Se déconnecter")).to_be_visible()


def test_one_books_at_the_keyboard(visit: Callable[..., Visitor], booked: None) -> None:
    """Each day is reached in order, ticked with the space bar and saved with Enter."""
    parent = visit(phone=False)
    parent.sign_in(AMANDINE)
    chapters.open_month(parent, "Achille", "2027-01")
    first = "Restauration scolaire, lundi 4 janvier, Achille"
    box = parent.page.get_by_role("checkbox", name=first)
    walked = walk(parent.page, until=first)
    assert walked[-1].endswith(first)
    expect(box).to_be_focused()
    parent.page.keyboard.press("Space")
    expect(box).to_be_checked()
    walk(parent.page, until="Enregistrer mes réservations", most=120)
    parent.page.keyboard.press("Enter")
    parent.says("1\u00a0jour réservé.")


def walk(page: Page, until: str, most: int = 60) -> list[str]:
    """Presses Tab up to a control; each on the way shows that it has the focus. Their names."""
    names: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        name = " ".join(str(found["name"]).split())
        if found["tag"] == "BODY":
            continue
        assert found["visible"], f"the focus does not show on « {name} »"
        assert not found["covered"], f"« {name} » is behind the bar at the foot of the page"
        names.append(name)
        if until in name:
            return names
    raise AssertionError(f"« {until} » is not reached: {names}")
