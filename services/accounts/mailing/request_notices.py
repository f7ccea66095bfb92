"""Requests, written to the address that was given with each; what is late, to the department's mailbox.

The tracking code is in no mail: whoever filed without an account has typed an address that nobody has confirmed, and
what opens the request must not go to a stranger. Nor are the words of a message: the page has them.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from accounts.mailing import mail
from accounts.mailing.mail import Site
from contracts.events.requests import (
    InformationAsked,
    RequestDecided,
    RequestDue,
    RequestFact,
    RequestSubmitted,
    RequestTaken,
    TownWrote,
)

_KINDS: dict[type[RequestFact], str] = {
    RequestSubmitted: "request_submitted",
    RequestTaken: "request_taken",
    InformationAsked: "request_information_asked",
    TownWrote: "request_town_wrote",
    RequestDecided: "request_decided",
}


def to_requester(session: Session, site: Site, fact: RequestFact, at: datetime, now: datetime) -> None:
    """The mail of a step of the request, to whoever filed it."""
    mail.write(session, site, _KINDS[type(fact)], fact.email, now, fact=fact, at=at, link=_page(site, fact))


def due(session: Session, site: Site, fact: RequestDue, now: datetime) -> None:
    """A delay that ends soon or is over, to the department; nobody when it has no mailbox: its list says so too."""
    if fact.department_email:
        link = f"{site.public_url.rstrip('/')}/agents/demandes/{fact.request_id}"
        mail.write(session, site, "request_due", fact.department_email, now, fact=fact, link=link)


def _page(site: Site, fact: RequestFact) -> str:
    own = f"mon-espace/demandes/{fact.request_id}" if fact.account_id else "suivre-une-demande"
    return f"{site.public_url.rstrip('/')}/{own}"
