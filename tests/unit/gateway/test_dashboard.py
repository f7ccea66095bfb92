"""« Mon tableau de bord » is made of parts that do not know one another."""

from datetime import date

import pytest

from contracts.errors import ServiceUnavailable
from contracts.messages import Question, View
from gateway import dashboard, services
from gateway.dashboard import ChildCard, Page, Task


class Sum(View):
    cents: int


class OpenSum(Question[Sum]):
    @classmethod
    def service(cls) -> str:
        return "billing"


class ListNames(Question[list[str]]):
    @classmethod
    def service(cls) -> str:
        return "accounts"


@pytest.fixture(autouse=True)
def parts(monkeypatch, site):  # after the site: building it lets the pages register their own
    monkeypatch.setattr(dashboard, "_parts", [])

    @dashboard.part(order=20, asks=lambda: [OpenSum()], label="vos factures")
    def show_sum(page: Page, given: Sum) -> None:
        page.to_do(Task("Facture", f"{given.cents} centimes", "Payer", "/payer", due=date(2026, 12, 15)))

    @dashboard.part(order=10, asks=lambda: [ListNames(), OpenSum()], label="votre famille")
    def show_names(page: Page, names: list[str], _given: Sum) -> None:
        for name in names:
            page.child(ChildCard(name, "", (("Agenda", "/agenda"),)))
        page.to_do(Task("Document", "Il manque une attestation.", "Fournir", "/fournir"))


def test_each_service_is_asked_once_whatever_the_parts(site):
    site.services.answers = {OpenSum: Sum(cents=42), ListNames: ["Léa", "Noé"]}
    answer = site.citizen().get("/mon-espace/")
    assert answer.headers["X-Calls"] == "accounts=1 billing=1"
    assert len(site.services.asked) == 2


def test_what_is_due_first_stands_first(site):
    site.services.answers = {OpenSum: Sum(cents=42), ListNames: ["Léa", "Noé"]}
    page = site.citizen().read("/mon-espace/")
    assert [card.h3.get_text() for card in page.select(".task-card")] == ["Facture", "Document"]
    assert [card.h3.get_text() for card in page.select(".child-card")] == ["Léa", "Noé"]


def test_a_service_that_is_away_takes_only_its_parts_with_it(site):
    site.services.answers = {OpenSum: Sum(cents=42), ListNames: ServiceUnavailable(service="accounts")}
    page = site.citizen().read("/mon-espace/")
    assert [card.h3.get_text() for card in page.select(".task-card")] == ["Facture"]
    assert "votre famille" in page.select_one(".note--warning").get_text()


def test_with_nothing_to_do_the_page_says_so(site, monkeypatch):
    monkeypatch.setattr(dashboard, "_parts", [])
    assert "Rien d’urgent" in site.citizen().read("/mon-espace/").get_text()


def test_what_could_not_be_read_is_not_said_to_be_in_order(site, monkeypatch):
    monkeypatch.setattr(dashboard, "_parts", [])
    dashboard.part(order=1, asks=lambda: [OpenSum()], label="vos factures")(lambda *_: None)
    site.services.answers = {OpenSum: ServiceUnavailable(service="billing")}
    shown = site.citizen().read("/mon-espace/").get_text()
    assert "vos factures" in shown
    assert "tout est à jour" not in shown


def test_every_call_says_who_asks_and_carries_the_trace(site):
    site.services.answers = {OpenSum: Sum(cents=42), ListNames: []}
    answer = site.citizen("Mme Léa Martin").get("/mon-espace/")
    caller = site.services.callers[0]
    assert (caller.kind, caller.name, caller.address) == ("citizen", "Mme Léa Martin", "127.0.0.1")
    assert caller.correlation_id == answer.headers["X-Correlation-Id"]


def test_a_second_call_to_a_service_is_refused_by_the_test_browser(own_site):
    def page() -> str:
        services.ask(OpenSum())
        services.ask(OpenSum())
        return ""

    own_site.services.answers = {OpenSum: Sum(cents=1)}
    own_site.app.add_url_rule("/deux-fois", "twice", page)
    with pytest.raises(AssertionError, match="more calls than one per service"):
        own_site.anonymous().get("/deux-fois")


def test_a_silent_service_gives_a_page_that_says_to_try_again(own_site):
    def page() -> str:
        return str(services.ask_all(OpenSum(), ListNames()))

    own_site.services.answers = {OpenSum: Sum(cents=1), ListNames: ServiceUnavailable(service="accounts")}
    own_site.app.add_url_rule("/silence", "silence", page)
    shown = own_site.anonymous().read("/silence?page=2", status=503)
    assert shown.h1.get_text() == "Service momentanément indisponible"
    assert "Rien n’est perdu" in shown.get_text()
    assert shown.find("a", string="Réessayer")["href"] == "/silence?page=2"


def test_an_order_without_answer_can_be_sent_again_as_it_was(own_site):
    def order() -> str:
        return str(services.ask(OpenSum()))

    own_site.services.answers = {OpenSum: ServiceUnavailable(service="billing")}
    own_site.app.add_url_rule("/ordre", "order", order, methods=["POST"])
    answer = own_site.anonymous().post("/ordre", {"command_id": "c0ffee", "days": ["1", "2"]})
    assert answer.status_code == 503
    body = answer.get_data(as_text=True)
    assert 'name="command_id" value="c0ffee"' in body
    assert body.count('name="days"') == 2
