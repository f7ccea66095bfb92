"""Chapter 7. Invoices are paid by card on the provider's page, whatever becomes of its notifications."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.letters import read_pages
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import AMANDINE, BILLING_AGENT, Person
from tests.journeys.subscriber import Subscriber
from tests.journeys.visitor import Visitor
from tests.providers.system import Town
from tests.waiting import eventually

GOOD, REFUSED = "Paiement accepté", "Carte refusée par la banque"


class Provider:
    """The double's back door."""

    def __init__(self, url: str) -> None:
        self._url = url

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._url + path,
            data,
            {"Content-Type": "application/json"},
            method="GET" if data is None else "POST",
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def last_event(self, kind: str = "checkout.session.completed") -> str:
        """The id of the newest notification of that type."""
        return next(event["id"] for event in self.call("/_double/state")["events"] if event["type"] == kind)

    def delivered(self, event_id: str) -> int:
        """How many times it was taken by the gateway."""
        sent = self.call("/_double/state")["deliveries"]
        return sum(row["event_id"] == event_id and row["state"] == "delivered" for row in sent)


@pytest.fixture
def provider(prepared: Town) -> Iterator[Provider]:
    """As it should be, again, after each test."""
    assert prepared.stripe is not None
    double = Provider(prepared.stripe.url)
    yield double
    double.call(
        "/_double/modes", {"lose": 0, "repeat": 0, "delay_seconds": 0, "shuffle": False, "hold": False}
    )


def start_payment(visitor: Visitor) -> None:
    """From the list of invoices to the provider's page."""
    visitor.goto("/mon-espace/factures/")
    chapters.open_invoice(visitor)
    visitor.press("Payer par carte")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Paiement par carte bancaire")


def pay(visitor: Visitor, card: str) -> None:
    visitor.page.get_by_role("radio", name=re.compile(card)).check()
    visitor.page.get_by_role("button", name=re.compile("^Payer")).click()


@pytest.fixture(scope="module")
def paid(published: list[str], prepared: Town, amandine: Visitor) -> str:
    """Amandine's invoice, paid at the third attempt; the address of the page she came back to."""
    start_payment(amandine)
    amandine.look("carte")
    pay(amandine, REFUSED)
    expect(amandine.page.get_by_role("alert")).to_contain_text("Votre banque a refusé le paiement")
    amandine.page.get_by_role("link", name="Annuler et revenir à l’Espace Citoyens").click()
    amandine.says("rien n’a été débité")
    amandine.says("34,70\u00a0€")
    amandine.look("facture-abandonnee")
    start_payment(amandine)
    pay(amandine, GOOD)
    expect(amandine.page.get_by_role("heading", level=1)).to_have_text("Payée")
    amandine.look("payee")
    return amandine.page.url


def test_a_refused_card_and_a_change_of_mind_cost_nothing_then_it_is_paid(
    paid: str, amandine: Visitor
) -> None:
    amandine.goto("/mon-espace/factures/")
    amandine.says("Tout est réglé")
    amandine.look("factures-payees")


def test_another_system_hears_of_the_payment(paid: str, subscriber: Subscriber) -> None:
    eventually(
        lambda: [fact for fact in subscriber.facts("payment.received") if fact["amount_cents"] == 3470]
    )


def test_a_guardian_gets_the_receipt_by_mail(paid: str, mailbox: Mailbox) -> None:
    assert "34,70" in mailbox.await_mail(AMANDINE.email, "Reçu de paiement")["text"]


def test_the_receipt_is_a_page_and_a_paper(paid: str, amandine: Visitor, tmp_path: Path) -> None:
    amandine.goto(paid)
    with amandine.page.expect_download() as download:
        amandine.follow("Télécharger la quittance (PDF)")
    download.value.save_as(tmp_path / "quittance.pdf")
    text = "\n".join(read_pages(tmp_path / "quittance.pdf"))
    assert "34,70" in text
    assert AMANDINE.name in text
    amandine.follow("Voir la quittance")
    amandine.says("34,70\u00a0€")
    amandine.look("quittance")


def test_a_repeated_notification_changes_nothing(
    paid: str, provider: Provider, agent: Callable[[Person], Visitor]
) -> None:
    event_id = provider.last_event()
    before = received(agent)
    count = eventually(lambda: provider.delivered(event_id))
    provider.call(f"/_double/events/{event_id}/send", {"times": 3})
    eventually(lambda: provider.delivered(event_id) >= count + 3)
    assert received(agent) == before


def test_a_forged_notification_is_refused_and_counted(paid: str, provider: Provider, prepared: Town) -> None:
    before = forged(prepared)
    answer = provider.call(f"/_double/events/{provider.last_event()}/forge", {})["answer"]
    assert "400" in answer
    assert forged(prepared) == before + 1


def test_a_notification_that_comes_late_finds_the_invoice_paid(
    published: list[str], provider: Provider, nicolas: Visitor
) -> None:
    """All are held: coming back asks the provider. Then they come, last first."""
    provider.call("/_double/modes", {"hold": True, "shuffle": True})
    start_payment(nicolas)
    pay(nicolas, GOOD)
    expect(nicolas.page.get_by_role("heading", level=1)).to_have_text("Payée")
    event_id = provider.last_event()
    provider.call("/_double/modes", {"hold": False})
    eventually(lambda: provider.delivered(event_id))
    nicolas.goto("/mon-espace/factures/")
    nicolas.says("Tout est réglé")


def test_a_lost_notification_is_recovered_though_nobody_came_back(
    published: list[str], provider: Provider, typhaine: Visitor
) -> None:
    """The telephone goes out after paying: no notification, no return."""
    provider.call("/_double/modes", {"lose": -1})
    start_payment(typhaine)
    session_id = typhaine.page.url.rstrip("/").rpartition("/")[2]
    typhaine.goto("/mon-espace/factures/")
    provider.call(f"/_double/sessions/{session_id}/pay", {})

    def is_paid() -> bool:
        typhaine.goto("/mon-espace/factures/")
        return "Tout est réglé" in typhaine.page.get_by_role("main").inner_text()

    eventually(is_paid, seconds=90)


def received(agent: Callable[[Person], Visitor]) -> str:
    """« Reçu par carte », on the billing desk."""
    desk = agent(BILLING_AGENT)
    desk.goto("/agents/facturation/")
    figure = desk.page.locator(".figures__item").filter(has_text="Reçu par carte")
    return figure.inner_text()


def forged(town: Town) -> float:
    """The gateway's counter of refused signatures."""
    with urllib.request.urlopen(town.metrics_url("gateway") + "/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.search(r'refusals_total\{[^}]*"signature_refused"[^}]*\} (\S+)', text)
    return float(found[1]) if found else 0.0
