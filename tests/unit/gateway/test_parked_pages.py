"""« Échanges bloqués »: what no service could apply, over all of them; replayed, set aside, read."""

from typing import Any

import pytest

from contracts.caller import Role
from contracts.errors import NotFound, ServiceUnavailable
from contracts.parked import (
    LISTENERS,
    ListParked,
    OpenParked,
    ParkedFailure,
    ParkedPage,
    ParkedState,
    ReplayParked,
    SetParkedAside,
)
from tests.mothers import parked as mother

HERE = "/agents/echanges-bloques/"
ONE = f"{HERE}billing/{mother.PARKED_ID}"


@pytest.fixture
def browser(site) -> Any:
    """An administrator, where only billing has something parked."""
    for service in LISTENERS:
        site.services.answers[ListParked.of(service)] = ParkedPage()
    orders = mother.line(queue="billing.orders", type="", failure=ParkedFailure.UNREADABLE, replayable=False)
    site.services.answers |= {
        ListParked.of("billing"): mother.page(mother.line(), orders),
        OpenParked.of("billing"): mother.view(),
    }
    return site.agent(Role.ADMINISTRATION)


def text(page: Any) -> str:
    return " ".join(page.get_text().split())


def test_all_services_are_asked_at_once_and_those_with_something_are_shown(site, browser) -> None:
    page = browser.read(HERE)

    assert [each.service() for each in site.services.asked_for(ListParked)] == list(LISTENERS)
    assert [heading.get_text() for heading in page.select("main h2")] == ["Facturation"]
    assert "booking.made.v1" in text(page)
    assert "Le message n’est pas lisible" in text(page)
    assert "fk_booking_child_id_child" in text(page)
    buttons = [
        button.get_text(" ", strip=True).split(" ")[0] for button in page.select(".button-form button")
    ]
    assert buttons == ["Tout", "Tout", "Rejouer"], "what is no text has none of its own"


def test_nothing_parked_is_good_news(site, browser) -> None:
    site.services.answers[ListParked.of("billing")] = ParkedPage()

    assert "Rien n’est bloqué" in text(browser.read(HERE))
    assert "Rien ne se trouve" in text(browser.read(f"{HERE}?etat=set_aside"))


def test_a_service_that_does_not_answer_hides_none_of_the_others(site, browser) -> None:
    site.services.answers[ListParked.of("accounts")] = ServiceUnavailable(service="accounts")
    page = browser.read(HERE)

    assert [each.get_text() for each in page.select("main h2")] == ["Comptes et familles", "Facturation"]
    assert "Ce service ne répond pas" in text(page)


def test_one_service_is_leafed_through_and_an_address_typed_wrong_shows_all(site, browser) -> None:
    site.services.answers[ListParked.of("billing")] = mother.page(mother.line(), total=41)
    assert "Voir les 41" in text(browser.read(HERE))
    page = browser.read(f"{HERE}?service=billing&etat=applied&page=2")

    [asked] = site.services.asked_for(ListParked.of("billing"))[1:]
    assert (asked.state, asked.page) == (ParkedState.APPLIED, 2)
    assert "Page 2 sur 3" in text(page)
    assert "Rejouer" not in [button.get_text() for button in page.select("main button")]
    browser.read(f"{HERE}?service=nobody&etat=rien&page=x")
    assert len(site.services.asked_for(ListParked)) == 4 + 1 + 4


def test_one_is_replayed_and_a_second_press_says_that_it_was(site, browser) -> None:
    for moved, said in ((1, "Le message est rejoué"), (0, "n’est plus bloqué")):
        site.services.answers[ReplayParked.of("billing")] = moved
        page = browser.read(ONE)
        assert browser.submit(page, 0).location == HERE
        assert said in text(browser.read(HERE))
    order = site.services.asked_for(ReplayParked)[0]
    assert (order.parked_id, order.type) == (mother.PARKED_ID, None)


def test_all_of_a_type_are_replayed(site, browser) -> None:
    site.services.answers[ReplayParked.of("billing")] = 5_000
    page = browser.read(HERE)
    forms = [form["action"] for form in page.select("main form")]
    browser.submit(page, forms.index(f"{HERE}billing/rejouer"))

    assert site.services.asked_for(ReplayParked)[0].type in {"", mother.BOOKING}
    assert "5 000 messages sont rejoués. Il peut en rester" in text(browser.read(HERE)).replace("\u202f", " ")


def test_one_is_set_aside_with_a_reason_or_not_at_all(site, browser) -> None:
    site.services.answers[SetParkedAside.of("billing")] = True
    page = browser.read(ONE)
    answer = browser.submit(page, 1, reason=" ")
    assert answer.status_code == 422
    assert "Dites pourquoi" in answer.get_data(as_text=True)
    assert site.services.asked_for(SetParkedAside) == []

    assert browser.submit(page, 1, reason="Corrigé à la main.").location == HERE
    assert site.services.asked_for(SetParkedAside)[0].reason == "Corrigé à la main."


def test_what_it_says_is_read_on_a_click(site, browser) -> None:
    assert browser.read(ONE).select("pre") == []
    site.services.answers[OpenParked.of("billing")] = mother.view(body='{"data":{"prénom":"Léa"}}')
    page = browser.read(f"{ONE}?contenu=oui")

    assert '"prénom": "Léa"' in page.select_one("pre").get_text()
    assert [each.content for each in site.services.asked_for(OpenParked)] == [False, True]


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (mother.view(mother.line(failure=ParkedFailure.DIED, words="")), "Rejouer peut arrêter le service"),
        (mother.view(newer_version=5), "connaît déjà la version 5"),
        (mother.view(mother.line(replayable=False)), "Il ne peut pas être rejoué"),
        (
            mother.view(
                mother.line(state=ParkedState.APPLIED, words=""), is_erased=True, erased_on=mother.AT
            ),
            "effacé trente jours après",
        ),
    ],
)
def test_what_to_know_before_deciding_is_said(site, browser, view, said: str) -> None:
    site.services.answers[OpenParked.of("billing")] = view
    page = browser.read(ONE)

    assert said in text(page).replace("\u00a0", " ")
    buttons = {button.get_text(strip=True) for button in page.select("main button")}
    assert ("Écarter" in buttons) == (view.line.state is ParkedState.PARKED)


def test_what_is_not_there_is_not_found(site, browser) -> None:
    site.services.answers[OpenParked.of("billing")] = NotFound()
    browser.read(ONE, status=404)
    browser.read(f"{HERE}nobody/{mother.PARKED_ID}", status=404)
    site.agent(Role.BILLING).read(HERE, status=403)
