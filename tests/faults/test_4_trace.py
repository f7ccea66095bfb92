"""One browser request is found again in the log of every process it passed through."""

from datetime import datetime

import pytest

from tests.faults.browser import Browser
from tests.faults.conftest import PARIS, Life
from tests.faults.people import PASSWORD
from tests.waiting import eventually


@pytest.fixture
def browser(life: Life) -> Browser:
    life.town.supervisor.await_ready()
    life.be_at(datetime(2027, 2, 2, 10, 0, tzinfo=PARIS))
    browser = Browser(life.town.gateway_url)
    browser.sign_in(life.parents[4].email, PASSWORD)
    return browser


def lines(life: Life, process: str, correlation_id: str) -> list[str]:
    return [line for line in life.town.supervisor.log_of(process).splitlines() if correlation_id in line]


def test_from_the_browser_to_the_last_listener(life: Life, browser: Browser) -> None:
    child_id = life.parents[4].children[0]
    page = browser.read(f"/mon-espace/reservations/{child_id}/2027-05")
    form = page.select_one("main form")
    assert form is not None
    free = form.select_one('input[type="checkbox"]:not([checked])')
    assert free is not None
    answer = browser.send(form, book=[str(free["value"])])
    assert answer.h1 is not None
    assert answer.h1.get_text() == "Vos réservations sont enregistrées"
    passed = browser.correlation_id
    assert len(passed) == 32

    [asked] = lines(life, "gateway", passed)
    assert "citizen.bookings.save" in asked
    [done] = lines(life, "enrolment", passed)
    assert "enrolment.change_bookings" in done
    heard = eventually(lambda: lines(life, "billing", passed))
    assert "billing.keep_booking" in heard[0]
    # The fact carries it too, for the neighbours' systems.
    told = (
        "SELECT name FROM outbox WHERE correlation_id = :passed AND body::jsonb ->> 'correlationid' = :passed"
    )
    assert life.books.rows("enrolment", told, passed=passed) == [("booking.made",)]


def test_a_refusal_is_found_by_the_number_that_the_reader_is_shown(life: Life, browser: Browser) -> None:
    strangers = life.parents[5].children[0]
    answer = browser.once("GET", f"/mon-espace/reservations/{strangers}/2027-05")
    assert answer is not None
    assert answer.status_code == 404
    refused = lines(life, "enrolment", browser.correlation_id)
    assert any("not_found" in line for line in refused)


def test_no_log_tells_a_password_a_key_or_a_secret_link(life: Life) -> None:
    secrets = [
        PASSWORD,
        *(life.town.run_dir.secret(name) for name in ("ESPACE_SECRET_KEY", "ESPACE_ACTIVATION_PEPPER")),
    ]
    for process in life.town.supervisor.names():
        said = life.town.supervisor.log_of(process)
        assert not [secret for secret in secrets if secret in said], process
