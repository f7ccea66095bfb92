"""Somebody at a browser, and what is held of every page they see.

Whatever a visitor does, the browser's console, refused resources and scripts are watched; `look` holds the page they
are on to WCAG 2.2 AA (axe-core) on a telephone and on a desk, and to the telephone's width, once per kind of page.
ESPACE_SHOTS=folder keeps a picture of each.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect

from deploy.local.demo.authenticator import Authenticator
from tests.journeys.people import PASSWORD, Person
from tests.waiting import eventually

AUTHENTICATOR = Authenticator()
"""The telephones of all agents of the story."""
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
REPORT = """document.addEventListener("securitypolicyviolation",
  (event) => window.reportRefused(`${event.violatedDirective} ${event.blockedURI}`))"""


class Watch:
    """What went wrong in anybody's browser, and which pages were looked at."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.looked: set[str] = set()

    def take(self) -> list[str]:
        """The faults since the last time."""
        faults, self.faults = self.faults, []
        return faults


class Visitor:
    """One person, one browser of their own. `phone`: a parent's telephone; else an agent's screen."""

    def __init__(self, browser: Browser, base_url: str, watch: Watch, *, phone: bool) -> None:
        self.size = PHONE if phone else DESK
        self.base_url = base_url
        self.watch = watch
        self.context = browser.new_context(
            base_url=base_url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport=self.size,
            has_touch=phone,
            is_mobile=phone,
            accept_downloads=True,
        )
        self.context.set_default_timeout(15_000)
        self.context.expose_binding(
            "reportRefused", lambda _source, what: watch.faults.append(f"CSP: {what}")
        )
        self.context.add_init_script(REPORT)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: watch.faults.append(f"script: {error.error}"))
        self.context.on("response", self._response)
        self.page = self.context.new_page()

    def close(self) -> None:
        self.context.close()

    def goto(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def second_tab(self) -> Page:
        return self.context.new_page()

    def press(self, name: str, *, exact: bool = True) -> Page:
        """Presses a button; returns the page it leads to."""
        self.page.get_by_role("button", name=name, exact=exact).click()
        return self.page

    def open_menu(self) -> None:
        """Unfolds the menu of the space, which a telephone shows as one line."""
        self.page.get_by_text("Menu de mon espace").click()

    def follow(self, name: str, *, exact: bool = True) -> Page:
        """Follows a link."""
        self.page.get_by_role("link", name=name, exact=exact).first.click()
        return self.page

    def sign_in(self, person: Person, password: str = PASSWORD) -> Page:
        """Through the sign-in page of their kind; an agent is asked for a code after the password."""
        self.goto("/agents/connexion" if person.roles else "/connexion")
        self.page.get_by_label("Identifiant").fill(person.email)
        self.page.get_by_label("Mot de passe", exact=True).fill(password)
        self.press("Connexion")
        if person.roles:
            self.type_code(person)
        expect(self.page.get_by_role("button", name="Se déconnecter")).to_be_visible()
        return self.page

    def type_code(self, person: Person) -> Page:
        """The code that the agent's application shows; each serves once, so one may have to wait for the next."""
        self.page.get_by_label("Code à six chiffres").fill(
            eventually(lambda: AUTHENTICATOR.next_code(person.email, datetime.now(UTC)), seconds=35)
        )
        return self.press("Continuer")

    def sign_out(self) -> Page:
        self.press("Se déconnecter")
        expect(self.page.get_by_role("button", name="Se déconnecter")).to_have_count(0)
        return self.page

    def says(self, text: str) -> None:
        """The page's content has this sentence."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def look(self, name: str, page: Page | None = None) -> None:
        """Holds this page to what every page is held to, once for each name."""
        page = page or self.page
        if name in self.watch.looked:
            return
        self.watch.looked.add(name)
        page.get_by_role("main").wait_for()  # a page that is being left has no width to measure
        page.wait_for_load_state()
        for kind, size in (("telephone", PHONE), ("bureau", DESK)):
            page.set_viewport_size(size)
            self._picture(page, f"{name}-{kind}")
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                self.watch.faults.append(f"{name}: {width} px wide on a screen of {size['width']}")
            for violation in Axe().run(page, options=AXE).response["violations"]:
                self.watch.faults.append(f"{name} ({kind}): {_say(violation)}")
        page.set_viewport_size(self.size)

    def _picture(self, page: Page, name: str) -> None:
        folder = os.environ.get("ESPACE_SHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def _console(self, message: ConsoleMessage) -> None:
        # A form sent back answers 4xx, which the console also reports: the page itself is what the test reads.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.watch.faults.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        request: Request = response.request
        if response.status >= 500 or (response.status >= 400 and not request.is_navigation_request()):
            self.watch.faults.append(f"{response.status}: {request.method} {response.url}")


def _say(violation: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:200]} ({node['failureSummary']})" for node in violation["nodes"][:3]]
    return f"{violation['id']}: {violation['help']}: " + " | ".join(nodes)
