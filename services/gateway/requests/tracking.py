"""Which request a browser without account follows: its number and code, in the form cookie, until « Quitter ».

The code is in no address: addresses are written down, sent on and left in histories.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import session

_KEY = "request_followed"


@dataclass(frozen=True)
class Followed:
    """What the browser has shown that it knows."""

    request_id: UUID
    number: str
    code: str


def remember(request_id: UUID, number: str, code: str) -> None:
    """The number and code were right."""
    session[_KEY] = {"request_id": str(request_id), "number": number, "code": code}


def followed() -> Followed | None:
    """The request that this browser follows."""
    kept: dict[str, Any] | None = session.get(_KEY)
    if kept is None:
        return None
    return Followed(UUID(kept["request_id"]), kept["number"], kept["code"])


def forget() -> None:
    """« Quitter »."""
    session.pop(_KEY, None)
