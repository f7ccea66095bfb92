"""Chapter 7, afterwards. A line of a published invoice is contested; the office looks and gives the day back."""

from collections.abc import Callable

from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import BILLING_AGENT, NICOLAS, Person
from tests.journeys.subscriber import Subscriber
from tests.journeys.visitor import Visitor
from tests.waiting import eventually


def test_a_wrong_day_is_contested_found_out_and_given_back(
    published: list[str],
    subscriber: Subscriber,
    mailbox: Mailbox,
    agent: Callable[[Person], Visitor],
    nicolas: Visitor,
) -> None:
    nicolas.goto("/mon-espace/factures/")
    chapters.open_invoice(nicolas)
    nicolas.page.get_by_role("link", name="Contester cette ligne").first.click()
    nicolas.look("facture-contester")
    nicolas.page.get_by_label("Autre").check()
    if nicolas.page.get_by_role("checkbox").count() > 1:
        nicolas.page.get_by_role("checkbox").first.set_checked(True, force=True)
    nicolas.press("Envoyer la contestation")
    nicolas.says("Expliquez ce qui ne va pas")  # and nothing has to be ticked again
    nicolas.page.get_by_label("Expliquez en quelques mots").fill("Léonie n’a pas déjeuné ce jour-là.")
    nicolas.press("Envoyer la contestation")
    nicolas.says("Votre contestation est envoyée")
    nicolas.says("restent dus")
    nicolas.look("contestation-suivie")
    address = nicolas.page.url
    receipt = mailbox.await_mail(NICOLAS.email, "facture contestée")
    assert "article L. 1617-5" in receipt["text"].replace("\u00a0", " ").replace("\n", " ")
    assert link_in(receipt).endswith(address.rpartition("/")[2])

    desk = agent(BILLING_AGENT)
    desk.goto("/agents/factures-contestees/")
    desk.look("agent-factures-contestees")
    desk.page.get_by_role("table").get_by_role("link").first.click()
    for words in ("Léonie n’a pas déjeuné ce jour-là.", "Pointage du", "Preuves du", "Ces journées, facture"):
        desk.says(words)
    desk.look("agent-facture-contestee")
    desk.page.get_by_label("Rendre des journées par un avoir, tout de suite").check()
    desk.page.get_by_label("Une erreur de la ville").check()
    desk.page.get_by_label("Ce que vous répondez à la famille").fill("Vous avez raison, avec nos excuses.")
    desk.press("Envoyer la réponse")
    desk.says("sont rendus par l’avoir")

    answer = mailbox.await_mail(NICOLAS.email, "rendus")
    assert "avec nos excuses" in answer["text"].replace("\n", " ")
    nicolas.goto(link_in(answer))
    nicolas.says("5,45\u00a0€ vous sont rendus")
    nicolas.look("contestation-repondue")
    nicolas.page.get_by_role("link", name="avoir n°").click()
    nicolas.says("correction")
    nicolas.look("avoir")
    nicolas.goto("/mon-espace/factures/")
    nicolas.follow("Mes contestations")
    nicolas.says("Corrigé")
    nicolas.look("contestations")
    papers = eventually(
        lambda: [fact for fact in subscriber.facts("invoice.published") if fact["kind"] == "credit_note"]
    )
    assert papers[-1]["total_cents"] == -545
