"""Agents come in by their own door: password, code; the application set up at the first sign-in."""

from uuid import uuid4

import pytest

from contracts.accounts.identity import WrongCredentials
from contracts.accounts.second_factor import (
    AgentSuspended,
    CodeRefused,
    EnrolledView,
    EnrolmentOffer,
    EnrolSecondFactor,
    ProvenView,
    ProveSecondFactor,
    ReadEnrolment,
    SignInAgent,
    TicketExpired,
    TicketView,
)
from contracts.caller import Kind, Role
from contracts.errors import TooManyAttempts
from tests.mothers import accounts as mother
from tests.mothers import agents

CODES = [f"7K3M-9DXV-2HTC-{number:04d}" for number in range(10)]


def an_agent(kind: type = ProvenView, **more: object):
    return kind(
        account_id=uuid4(), kind=Kind.AGENT, name="Odile Garnier", roles=frozenset({Role.BILLING}), **more
    )


@pytest.fixture
def door(site):
    """A browser whose password was right, at the page of the code."""
    site.services.answers[SignInAgent] = TicketView(ticket="billet", enrolled=True)
    site.services.answers[ProveSecondFactor] = an_agent()
    browser = site.anonymous()
    answer = browser.send("/agents/connexion", email=agents.EMAIL, password="x")
    assert answer.location == "/agents/connexion/code"
    return browser


@pytest.fixture
def first_time(site):
    """A browser of an agent who has no application yet."""
    site.services.answers[SignInAgent] = TicketView(ticket="billet", enrolled=False)
    site.services.answers[ReadEnrolment] = EnrolmentOffer(
        secret=agents.SECRET, uri=f"otpauth://totp/x?secret={agents.SECRET}", expires_at=mother.NOW
    )
    site.services.answers[EnrolSecondFactor] = an_agent(EnrolledView, recovery_codes=CODES)
    browser = site.anonymous()
    answer = browser.send("/agents/connexion", email=agents.EMAIL, password="x")
    assert answer.location == "/agents/connexion/application"
    return browser


def test_the_password_alone_opens_no_page(site, door) -> None:
    assert door.get("/agents/", status=302).location.startswith("/agents/connexion")
    assert site.sessions.records == {}


def test_the_code_signs_in_with_the_roles_of_the_session(site, door) -> None:
    answer = door.send("/agents/connexion/code", code="123 456")
    assert answer.location == "/agents/"
    [asked] = site.services.asked_for(ProveSecondFactor)
    assert (asked.ticket, asked.code) == ("billet", "123 456")
    [record] = site.sessions.records.values()
    assert (record.kind, record.roles) == (Kind.AGENT, frozenset({Role.BILLING}))
    assert "Bonjour Odile Garnier" in door.read("/agents/").get_text()


def test_every_call_carries_the_roles_of_the_session(site) -> None:
    """Whatever a page sends: roles come from the session alone."""
    site.services.answers[SignInAgent] = WrongCredentials()
    browser = site.agent(Role.BILLING, Role.KITCHEN)
    browser.post("/agents/connexion", {"roles": "administration", "email": "x", "password": "x"})
    assert site.services.callers[-1].roles == frozenset({Role.BILLING, Role.KITCHEN})


def test_the_page_asked_for_is_not_forgotten_between_the_two(site) -> None:
    site.services.answers[SignInAgent] = TicketView(ticket="billet", enrolled=True)
    site.services.answers[ProveSecondFactor] = an_agent()
    browser = site.anonymous()
    at_code = browser.send("/agents/connexion?suite=%2Fagents%2Ffamilles%2F", email="x", password="x")
    assert browser.send(at_code.location, code="123456").location == "/agents/familles/"


def test_a_refused_code_is_said_on_its_field(site, door) -> None:
    site.services.answers[ProveSecondFactor] = CodeRefused()
    answer = door.send("/agents/connexion/code", code="000000")
    assert (answer.status_code, "Attendez que votre application" in answer.get_data(as_text=True)) == (
        422,
        True,
    )


def test_too_many_codes_have_to_wait(site, door) -> None:
    site.services.answers[ProveSecondFactor] = TooManyAttempts(retry_after=240)
    assert "4 minutes" in door.send("/agents/connexion/code", code="000000").get_data(as_text=True)


@pytest.mark.parametrize("refusal", [TicketExpired(), AgentSuspended()])
def test_what_cannot_go_on_begins_again_and_says_why(site, door, refusal) -> None:
    site.services.answers[ProveSecondFactor] = refusal
    assert door.send("/agents/connexion/code", code="123456").location == "/agents/connexion"
    assert "Attention" in door.read("/agents/connexion").get_text()
    assert door.get("/agents/connexion/code", status=302).location == "/agents/connexion"


@pytest.mark.parametrize("page", ["code", "code-de-secours", "application"])
def test_there_is_no_code_without_a_password(site, page: str) -> None:
    assert site.anonymous().get(f"/agents/connexion/{page}", status=302).location == "/agents/connexion"
    assert site.agent().get(f"/agents/connexion/{page}", status=302).location == "/agents/"


def test_a_code_on_paper_says_how_many_remain(site, door) -> None:
    site.services.answers[ProveSecondFactor] = an_agent(recovery_left=7)
    door.send("/agents/connexion/code-de-secours", code=CODES[0])
    assert "Il vous reste 7\xa0codes de secours" in door.read("/agents/").get_text()


def test_the_application_is_set_up_by_a_picture_or_by_hand(first_time) -> None:
    page = first_time.read("/agents/connexion/application")
    assert page.select_one("main img")["src"].startswith("data:image/svg+xml")
    assert "JBSW Y3DP EHPK" in page.get_text()


def test_the_ten_codes_are_shown_once_and_never_kept_by_a_browser(site, first_time) -> None:
    answer = first_time.send("/agents/connexion/application", code="123456")
    page = answer.get_data(as_text=True)
    assert all(code in page for code in CODES)
    assert answer.headers["Cache-Control"] == "no-store"
    assert first_time.get("/agents/connexion/application", status=302).location == "/agents/"


def test_a_wrong_first_code_shows_the_picture_again(site, first_time) -> None:
    site.services.answers[EnrolSecondFactor] = CodeRefused()
    answer = first_time.send("/agents/connexion/application", code="000000")
    assert (answer.status_code, "data:image/svg+xml" in answer.get_data(as_text=True)) == (422, True)


def test_the_ticket_cannot_be_read_in_a_page(door) -> None:
    assert "billet" not in door.get("/agents/connexion/code").get_data(as_text=True)
