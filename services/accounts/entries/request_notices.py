"""The steps of a request that somebody is written to about."""

from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.mailing import request_notices
from chassis.service import subscribes
from contracts.envelope import Envelope
from contracts.events.requests import (
    InformationAsked,
    RequestDecided,
    RequestDue,
    RequestFact,
    RequestSubmitted,
    RequestTaken,
    TownWrote,
)


class RequestNoticeDesk(Desk):
    """The steps of a request that somebody is written to about."""

    @subscribes(RequestSubmitted)
    def mail_submission(self, session: Session, fact: RequestSubmitted, envelope: Envelope) -> None:
        self._write(session, fact, envelope)

    @subscribes(RequestTaken)
    def mail_taking(self, session: Session, fact: RequestTaken, envelope: Envelope) -> None:
        self._write(session, fact, envelope)

    @subscribes(InformationAsked)
    def mail_question(self, session: Session, fact: InformationAsked, envelope: Envelope) -> None:
        self._write(session, fact, envelope)

    @subscribes(TownWrote)
    def mail_message(self, session: Session, fact: TownWrote, envelope: Envelope) -> None:
        self._write(session, fact, envelope)

    @subscribes(RequestDecided)
    def mail_decision(self, session: Session, fact: RequestDecided, envelope: Envelope) -> None:
        self._write(session, fact, envelope)

    @subscribes(RequestDue)
    def mail_delay(self, session: Session, fact: RequestDue, envelope: Envelope) -> None:
        request_notices.due(session, self.site, fact, self.clock.now())

    def _write(self, session: Session, fact: RequestFact, envelope: Envelope) -> None:
        request_notices.to_requester(session, self.site, fact, envelope.time, self.clock.now())
