"""The client of API Particulier. The only module of accounts that speaks HTTP."""

import time
from dataclasses import dataclass, field

import requests

from accounts.quotient.caf import PATH, Answer, Late, query_of, read_answer
from contracts.accounts.quotients import CivilStatus

TIMEOUT = (3.05, 20.0)
"""Seconds to connect and to answer: the provider asks the CAF, who may take as long."""


@dataclass(frozen=True)
class ApiParticulier:
    """Where it is, the town's token and SIRET."""

    url: str
    token: str = field(repr=False)
    recipient: str

    def ask(self, person: CivilStatus) -> Answer:
        """The quotient of this month. Whatever the network does, an answer comes: Late."""
        try:
            answer = requests.get(
                self.url.rstrip("/") + PATH,
                params=query_of(person, self.recipient),
                headers={"Authorization": f"Bearer {self.token}", "Accept": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,  # a token goes nowhere else
            )
        except requests.RequestException as failure:
            # The message may quote the address, and the address names a person.
            return Late(type(failure).__name__)
        return read_answer(answer.status_code, _json(answer), _reset_in(answer))


def _json(answer: requests.Response) -> object:
    try:
        return answer.json()
    except requests.JSONDecodeError:
        return None


def _reset_in(answer: requests.Response) -> float | None:
    """Seconds to the end of the limit: `Retry-After` counts them, `RateLimit-Reset` is an instant (Unix seconds)."""
    for name, seconds_from in (("Retry-After", 0.0), ("RateLimit-Reset", time.time())):
        try:
            return float(answer.headers[name]) - seconds_from
        except (KeyError, ValueError):
            continue
    return None
