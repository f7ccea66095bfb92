"""The site with doubles behind it, and browsers that refuse a faulty page.

def test_a_page(site):
    site.services.answers[OpenFamily] = a_family()
    page = site.citizen().read("/mon-espace/famille")          # BeautifulSoup, checked
    assert page.h1.get_text() == "Ma famille"

def test_a_form(site):
    browser = site.citizen()
    answer = browser.send("/mon-espace/cle", key="ABCD")         # gets the page, fills the form, posts it
    assert answer.location == "/mon-espace/famille"
"""

from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from contracts.accounts.changes import WaitingView, WhatWaits
from contracts.accounts.health import OpenAtHand
from contracts.caller import Kind, Role
from contracts.enrolment.attendance import SheetsWaiting, SheetsWaitingView
from gateway.app import create_app
from gateway.browser import browser_session
from gateway.browser.browser_session import Identity
from gateway.settings import GatewaySettings
from tests.unit.gateway.doubles import FakeServices, MemoryStore, SetClock
from tests.unit.gateway.strict_html import check

CITIZEN_ID = UUID("00000000-0000-4000-8000-00000000c171")
AGENT_ID = UUID("00000000-0000-4000-8000-0000000a9e47")


class Browser:
    """One visitor. Cookies are kept; every page read is checked."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, address: str, status: int = 200, **kwargs: Any) -> TestResponse:
        """The answer, whose page is checked and which made at most one call per service."""
        answer = self.client.get(address, **kwargs)
        assert answer.status_code == status, f"{address}: {answer.status} {answer.location or ''}"
        self._check(answer)
        return answer

    def read(self, address: str, status: int = 200) -> BeautifulSoup:
        """The page, checked."""
        return BeautifulSoup(self.get(address, status).get_data(as_text=True), "html5lib")

    def post(self, address: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Posts as given, with a valid CSRF token; a page in answer is checked."""
        answer = self.client.post(address, data={**(data or {}), "csrf_token": self.token()}, **kwargs)
        self._check(answer, calls=2)
        return answer

    def send(self, address: str, form: int = 0, button: str = "", **fields: Any) -> TestResponse:
        """Opens the page, fills its form as a reader would and posts it. `form`: which one in main, from 0."""
        page = self.read(address)
        return self.submit(page, form, button, **fields)

    def submit(self, page: BeautifulSoup, form: int = 0, button: str = "", **fields: Any) -> TestResponse:
        """Fills and posts a form of a page already read. A field set to None is left out (unticked)."""
        element = page.select("main form")[form]
        data: dict[str, Any] = self.filled(element)
        unknown = fields.keys() - {str(control["name"]) for control in element.select("[name]")}
        assert not unknown, f"the form has no {sorted(unknown)}"
        data.update(fields)
        data = {name: value for name, value in data.items() if value is not None}
        for pressed in element.select("button[name]"):
            if pressed.get_text(strip=True) == button:
                data[str(pressed["name"])] = str(pressed["value"])
        answer = self.client.post(str(element["action"]), data=data)
        self._check(answer, calls=2)
        return answer

    @staticmethod
    def filled(form: Tag) -> dict[str, Any]:
        """What the form would send as it stands."""
        data: dict[str, Any] = {}
        for control in form.select("input, textarea, select"):
            name, kind = control.get("name"), control.get("type")
            if not name or kind in {"submit", "file"} or control.has_attr("disabled"):
                continue
            if kind in {"checkbox", "radio"} and not control.has_attr("checked"):
                continue
            if control.name == "select":
                chosen = control.select_one("option[selected]")
                value = str(chosen["value"]) if chosen else ""
            else:
                value = control.get_text() if control.name == "textarea" else str(control.get("value") or "")
            data.setdefault(str(name), []).append(value)
        return {name: values if len(values) > 1 else values[0] for name, values in data.items()}

    def token(self) -> str:
        """A CSRF token of this browser."""
        page = BeautifulSoup(self.client.get("/jeton-de-test").get_data(as_text=True), "html5lib")
        return page.get_text()

    @staticmethod
    def _check(answer: TestResponse, calls: int = 1) -> None:
        made = dict(pair.split("=") for pair in answer.headers.get("X-Calls", "").split())
        too_many = {service: number for service, number in made.items() if int(number) > calls}
        assert not too_many, f"more calls than one per service: {too_many}"
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            check(answer.get_data(as_text=True))


class Site:
    """The application and what stands behind it."""

    def __init__(self, **settings: Any) -> None:
        self.services = FakeServices()
        self.services.answers[WhatWaits] = WaitingView()
        self.services.answers[SheetsWaiting] = SheetsWaitingView()
        self.services.answers[OpenAtHand] = []
        self.sessions = MemoryStore()
        self.clock = SetClock()
        self.real_clock = SetClock()
        given = {"secret_key": "a key for tests only", "debug": True, **settings}
        self.app = create_app(
            GatewaySettings(**given), self.services, self.sessions, self.clock, self.real_clock
        )
        self.app.testing = True
        self.app.config["PROPAGATE_EXCEPTIONS"] = False
        self.app.add_url_rule("/jeton-de-test", "token", _token)
        self.app.add_url_rule("/entrer", "enter", self._enter, methods=["GET"])
        self._next: tuple[Identity, bytes | None] | None = None

    def anonymous(self) -> Browser:
        """A visitor."""
        return Browser(self.app)

    def citizen(
        self,
        name: str = "Mme Léa Martin",
        account_id: UUID = CITIZEN_ID,
        vault_private_key: bytes | None = None,
    ) -> Browser:
        """A signed-in parent."""
        return self.enter(Identity(Kind.CITIZEN, account_id, name), vault_private_key)

    def agent(self, *roles: Role, name: str = "Paul Durand", account_id: UUID = AGENT_ID) -> Browser:
        """A signed-in agent."""
        return self.enter(Identity(Kind.AGENT, account_id, name, frozenset(roles)))

    def enter(self, identity: Identity, vault_private_key: bytes | None = None) -> Browser:
        """A browser signed in through the session's own code."""
        browser = Browser(self.app)
        self._next = (identity, vault_private_key)
        assert browser.client.get("/entrer").status_code == 200
        return browser

    def _enter(self) -> str:
        assert self._next is not None
        browser_session.sign_in(*self._next)
        return "entré"


def _token() -> str:
    from flask_wtf.csrf import generate_csrf

    return str(generate_csrf())


@pytest.fixture
def site() -> Site:
    """The site over http, with every page checked."""
    return Site()


@pytest.fixture
def secure_site() -> Site:
    """The site as it is served in town: over https."""
    return Site(public_url="https://espace.exemple.fr")
