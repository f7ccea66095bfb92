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

from collections.abc import Iterator
from contextlib import contextmanager
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
from gateway.browser.browser_session import Identity
from gateway.settings import GatewaySettings
from tests.unit.gateway import applications
from tests.unit.gateway.doubles import FakeServices, MemoryStore, SetClock
from tests.unit.gateway.strict_html import check

CITIZEN_ID = UUID("00000000-0000-4000-8000-00000000c171")
AGENT_ID = UUID("00000000-0000-4000-8000-0000000a9e47")
DEFAULTS = {"secret_key": "a key for tests only", "debug": True}


class Browser:
    """One visitor. Cookies are kept; every page read is checked."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, address: str, status: int = 200, **kwargs: Any) -> TestResponse:
        """The answer, whose page is checked and which made at most one call per service."""
        return self._get(address, status, **kwargs)[0]

    def read(self, address: str, status: int = 200) -> BeautifulSoup:
        """The page, checked."""
        answer, page = self._get(address, status)
        return page or BeautifulSoup(answer.get_data(as_text=True), "html5lib")

    def _get(self, address: str, status: int, **kwargs: Any) -> tuple[TestResponse, BeautifulSoup | None]:
        answer = self.client.get(address, **kwargs)
        assert answer.status_code == status, f"{address}: {answer.status} {answer.location or ''}"
        return answer, self._check(answer)

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
    def _check(answer: TestResponse, calls: int = 1) -> BeautifulSoup | None:
        """The page, when the answer is one."""
        made = dict(pair.split("=") for pair in answer.headers.get("X-Calls", "").split())
        too_many = {service: number for service, number in made.items() if int(number) > calls}
        assert not too_many, f"more calls than one per service: {too_many}"
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            return check(answer.get_data(as_text=True))
        return None


class Site:
    """An application and what stands behind it: one that is lent, or one of its own, which takes new pages."""

    def __init__(self, app: Flask | None = None, **settings: Any) -> None:
        self.services = FakeServices()
        self.services.answers[WhatWaits] = WaitingView()
        self.services.answers[SheetsWaiting] = SheetsWaitingView()
        self.services.answers[OpenAtHand] = []
        self.sessions = MemoryStore()
        self.clock = SetClock()
        self.real_clock = SetClock()
        self.app = app or applications.build(GatewaySettings(**{**DEFAULTS, **settings}))
        applications.wire(self.app, self.services, self.sessions, self.clock, self.real_clock)

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
        self.expect(identity, vault_private_key)
        assert browser.client.get("/entrer").status_code == 200
        return browser

    def expect(self, identity: Identity, vault_private_key: bytes | None = None) -> None:
        """Whoever opens /entrer next is signed in as this."""
        self.app.extensions[applications.ENTERING] = (identity, vault_private_key)


@contextmanager
def lent_site(**settings: Any) -> Iterator[Site]:
    """A site over an application that has served other tests."""
    with applications.lent(**{**DEFAULTS, **settings}) as app:
        yield Site(app)


@pytest.fixture
def site() -> Iterator[Site]:
    """The site over http, with every page checked."""
    with lent_site() as lent:
        yield lent


@pytest.fixture
def own_site() -> Site:
    """A site that takes pages of the test's own."""
    return Site()


@pytest.fixture
def secure_site() -> Iterator[Site]:
    """The site as it is served in town: over https."""
    with lent_site(public_url="https://espace.exemple.fr") as lent:
        yield lent
