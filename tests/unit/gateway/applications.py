"""The site's applications: each is built once for its settings, and lent to one test after another.

Building one costs more than most tests do: hundreds of addresses, and every template compiled anew at its first page.
What a test changes of an application lies in its `extensions`, which are put back after each loan; new pages it
refuses, as Flask does once the first request was answered. A test that adds pages takes a `Site()` of its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app

from gateway.app import create_app
from gateway.browser import browser_session
from gateway.browser.browser_session import Identity
from gateway.settings import GatewaySettings
from gateway.wiring import Wiring
from tests.unit.gateway.doubles import FakeServices, MemoryStore, SetClock

ENTERING = "tests.entering"
"""The extension that says who is signed in next: an Identity and the private key of a vault."""

_idle: dict[tuple[Any, ...], list[Flask]] = defaultdict(list)


def build(settings: GatewaySettings) -> Flask:
    """An application that nobody has asked yet, with the two addresses the browsers of the tests need."""
    app = create_app(settings, FakeServices(), MemoryStore(), SetClock(), SetClock())
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/jeton-de-test", "token", _token)
    app.add_url_rule("/entrer", "enter", _enter, methods=["GET"])
    return app


def wire(app: Flask, services: Any, sessions: Any, clock: Any, real_clock: Any) -> None:
    """Puts other doubles behind it; its settings stay."""
    settings = app.extensions["espace"].settings
    app.extensions["espace"] = Wiring(settings, services, sessions, clock, real_clock)


@contextmanager
def lent(**settings: Any) -> Iterator[Flask]:
    """An application of these settings, nobody else's until the end of the block."""
    idle = _idle[tuple(sorted(settings.items()))]
    app = idle.pop() if idle else _closed(build(GatewaySettings(**settings)))
    as_built = dict(app.extensions)
    yield app
    app.extensions.clear()
    app.extensions.update(as_built)
    idle.append(app)


def _closed(app: Flask) -> Flask:
    """Once asked: it takes no new page any more."""
    assert app.test_client().get("/jeton-de-test").status_code == 200
    return app


def _enter() -> str:
    who: tuple[Identity, bytes | None] = current_app.extensions[ENTERING]
    browser_session.sign_in(*who)
    return "entré"


def _token() -> str:
    from flask_wtf.csrf import generate_csrf

    return str(generate_csrf())
