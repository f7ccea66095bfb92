"""A service that is stopped or slow: the parent reads a clear page in time, and loses nothing of what was filled in."""

import time
from datetime import datetime

import pytest
from bs4 import BeautifulSoup

from chassis.settings import Settings
from tests.faults.browser import Browser, filled, words
from tests.faults.conftest import PARIS, Life
from tests.faults.moments import stopped
from tests.faults.people import PASSWORD
from tests.waiting import eventually

IN_TIME = Settings().rpc_timeout + 2
SORRY = "Le service ne répond pas pour le moment"
MONTH = "2027-06"


@pytest.fixture(scope="module")
def browser(life: Life) -> Browser:
    life.town.supervisor.await_ready()
    life.be_at(datetime(2027, 2, 2, 10, 0, tzinfo=PARIS))
    browser = Browser(life.town.gateway_url)
    browser.sign_in(life.parents[6].email, PASSWORD)
    return browser


@pytest.fixture
def address(life: Life) -> str:
    return f"/mon-espace/reservations/{life.parents[6].children[0]}/{MONTH}"


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("how", ["stopped", "away"])
def test_the_page_says_so_in_time(life: Life, browser: Browser, address: str, how: str) -> None:
    with stopped(life.town, "enrolment") if how == "stopped" else life.town.away("enrolment"):
        begun = time.monotonic()
        answer = browser.once("GET", address)
        took = time.monotonic() - begun

        assert answer is not None
        assert answer.status_code == 503
        assert took < IN_TIME
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.h1 is not None
        assert page.h1.get_text() == "Service momentanément indisponible"
        assert SORRY in plain(words(answer.text))
        assert answer.headers["X-Correlation-Id"][:12] in words(answer.text), "what to say on the telephone"
    eventually(lambda: browser.once("GET", address).status_code == 200)  # type: ignore[union-attr]


def test_what_was_filled_in_comes_back_and_is_done_once_when_sent_again(
    life: Life, browser: Browser, address: str
) -> None:
    form = browser.read(address).select_one("main form")
    assert form is not None
    wanted = [str(box["value"]) for box in form.select('input[type="checkbox"]:not([checked])')][:2]
    sent = filled(form) | {"book": wanted}
    count = (
        "SELECT count(*) FROM booking WHERE session_id = ANY(cast(:sessions AS uuid[])) AND child_id = :child"
    )
    values = {"sessions": wanted, "child": life.parents[6].children[0]}
    with stopped(life.town, "enrolment"):
        begun = time.monotonic()
        answer = browser.once("POST", address, sent)
        assert time.monotonic() - begun < IN_TIME
        assert answer is not None
        assert answer.status_code == 503
        again = BeautifulSoup(answer.text, "html.parser").select_one("main form")
        assert again is not None
        assert filled(again) == sent
        button = again.select_one("button")
        assert button is not None
        assert button.get_text(strip=True) == "Envoyer de nouveau"
    life.town.supervisor.await_ready("enrolment")
    browser.read(address)  # the service has worked through what was in its queue
    assert life.books.value("enrolment", count, **values) == 0, "nobody waited for it any more: it never ran"

    done = browser.send(again)
    assert done.h1 is not None
    assert done.h1.get_text() == "Vos réservations sont enregistrées"
    assert browser.send(again).h1 == done.h1, "a double click shows the same"
    assert life.books.value("enrolment", count, **values) == 2


def test_the_parents_home_does_without_who_is_away(life: Life, browser: Browser) -> None:
    for away in ("billing", "enrolment", "documents"):
        with stopped(life.town, away):
            begun = time.monotonic()
            answer = browser.once("GET", "/mon-espace/")
            assert time.monotonic() - begun < IN_TIME
            assert answer is not None
            assert answer.status_code == 200, away
            assert "Nous n’avons pas pu afficher" in plain(words(answer.text)), away
        life.town.supervisor.await_ready(away)


def test_signing_in_while_accounts_is_away_keeps_the_address_typed(life: Life) -> None:
    visitor = Browser(life.town.gateway_url)
    form = visitor.read("/connexion").select_one("main form")
    assert form is not None
    with stopped(life.town, "accounts"):
        sent = filled(form) | {"email": life.parents[7].email, "password": PASSWORD}
        answer = visitor.once("POST", "/connexion", sent)
        assert answer is not None
        assert answer.status_code == 503
        again = BeautifulSoup(answer.text, "html.parser").select_one("main form")
        assert again is not None
        assert filled(again)["email"] == life.parents[7].email
        assert PASSWORD not in answer.text
        assert SORRY in plain(words(answer.text))
    visitor.sign_in(life.parents[7].email, PASSWORD)


def test_without_its_database_the_site_says_so_and_signs_nobody_out(life: Life, browser: Browser) -> None:
    with life.town.away("postgres"):
        answer = browser.once("GET", "/mon-espace/")
        assert answer is not None
        assert answer.status_code == 503
        assert SORRY in plain(words(answer.text))
    life.town.supervisor.await_ready(timeout=90)
    assert "Bonjour" in browser.read("/mon-espace/").get_text()
