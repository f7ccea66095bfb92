"""What other municipal systems order."""

from sqlalchemy.orm import Session

from chassis.service import Service, obeys
from contracts.envelope import Envelope
from contracts.orders.requests import DecideRequestOver, Outcome, TakeRequestOver
from enrolment.entries.requests import REQUESTS
from enrolment.requests import orders


class OrderDesk(Service):
    """What other municipal systems order."""

    @obeys(TakeRequestOver)
    def take_request_over(self, session: Session, order: TakeRequestOver, envelope: Envelope) -> None:
        orders.take_over(session, order, envelope.source, self.clock.now())

    @obeys(DecideRequestOver)
    def decide_request_over(self, session: Session, order: DecideRequestOver, envelope: Envelope) -> None:
        if orders.decide(session, order, envelope.source, self.clock.now()):
            REQUESTS.labels("accepted" if order.outcome is Outcome.ACCEPTED else "refused").inc()
