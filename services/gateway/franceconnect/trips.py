"""A browser's departures and returns. What a departure must bring back lies in the form cookie, which is signed and
this browser's only: an answer that another browser asked for, or that nobody asked for, goes nowhere."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, session
from structlog import get_logger

from gateway.franceconnect.provider import Departure, Person, Provider, Unreachable, Untrusted
from gateway.metrics import REFUSALS
from gateway.wiring import settings, wiring

log = get_logger()
WITHIN = timedelta(minutes=30)
BACK = "/franceconnect/retour"
_GONE = "franceconnect"
_AT_ONCE = 3  # tabs


class Lost(Exception):
    """The trip did not end where it should. `why`: cancelled, late, away or untrusted."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Trip:
    """What was wanted. `link`: the ceremony of a citizen who links; `suite`: the page asked for at sign-in."""

    link: str = ""
    suite: str = ""


def is_offered() -> bool:
    """The town has subscribed."""
    return settings().has_franceconnect


def provider() -> Provider:
    """The application's own."""
    kept: Provider = current_app.extensions.setdefault("franceconnect", Provider(settings()))
    return kept


def depart(trip: Trip) -> str:
    """Where to send the browser. Raises Lost."""
    now = wiring().real_clock.now()
    try:
        departure = provider().depart(_back(), now)
    except Unreachable as problem:
        raise _lost("away", problem) from None
    waiting: dict[str, Any] = dict(list(session.get(_GONE, {}).items())[1 - _AT_ONCE :])
    kept = {"nonce": departure.nonce, "verifier": departure.verifier, "at": now.timestamp(), **asdict(trip)}
    session[_GONE] = {**waiting, departure.state: kept}
    return departure.url


def arrive() -> tuple[Person, Trip]:
    """Who came back, and for what. A departure serves once. Raises Lost."""
    now = wiring().real_clock.now()
    waiting = dict(session.get(_GONE, {}))
    kept = waiting.pop(request.args.get("state", ""), None)
    session[_GONE] = waiting
    if kept is None or now - datetime.fromtimestamp(kept["at"], now.tzinfo) > WITHIN:
        raise _lost("late")
    trip = Trip(kept["link"], kept["suite"])
    error = request.args.get("error", "")
    if error == "access_denied":
        raise _lost("cancelled")
    if error in ("server_error", "temporarily_unavailable"):
        raise _lost("away", error)
    code = request.args.get("code", "")
    if error or not code:
        raise _lost("untrusted", error)
    departure = Departure("", request.args["state"], kept["nonce"], kept["verifier"])
    try:
        return provider().arrive(_back(), code, departure, now), trip
    except Unreachable as problem:
        raise _lost("away", problem) from None
    except Untrusted as problem:
        raise _lost("untrusted", problem) from None


def farewell(id_token: str) -> str | None:
    """Where to end the provider's own session; None when it cannot be told: one is signed out here all the same."""
    if not is_offered():
        return None
    try:
        return provider().farewell(id_token, _url("/deconnexion/franceconnect"), wiring().real_clock.now())
    except Unreachable as problem:
        log.warning("franceconnect away at sign-out", problem=str(problem))
        return None


def _back() -> str:
    return _url(BACK)


def _url(path: str) -> str:
    """An address of ours, as it was declared to the provider: never from what the browser says of the host."""
    parts = urlsplit(settings().public_url)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _lost(why: str, problem: object = "") -> Lost:
    REFUSALS.labels(f"franceconnect_{why}").inc()
    log.warning("franceconnect", why=why, problem=str(problem))
    return Lost(why)
