"""The echo service: each part of the chassis once."""

import os
import signal
import time

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.commands import once
from chassis.outbox import tell
from chassis.parking import ParkingDesk
from chassis.service import Service, answers, obeys, subscribes
from contracts.caller import Caller
from contracts.envelope import Envelope
from contracts.events.offer import ActivityUpdated, PlaceUpdated
from contracts.orders.requests import TakeRequestOver
from tests.echo.echo import BreakDown, Ping, Pong, TooLoud, Wait, WriteNote

DEADLY = "à en mourir"


class EchoService(ParkingDesk, Service):
    """Answers, waits, notes, breaks, listens."""

    name = "echo"

    @answers(Ping)
    def ping(self, ask: Ping, caller: Caller) -> Pong:
        if ask.text.isupper():
            raise TooLoud(text=ask.text)
        return Pong(text=ask.text, caller=caller.name, correlation_id=caller.correlation_id)

    @answers(Wait)
    def wait(self, ask: Wait, caller: Caller) -> Pong:
        time.sleep(ask.seconds)
        with self.begin() as session:
            session.execute(text("INSERT INTO note (text) VALUES (:text)"), {"text": f"waited {ask.seconds}"})
        return Pong(text="done", caller=caller.name)

    @answers(WriteNote)
    def write_note(self, ask: WriteNote, caller: Caller) -> int:
        def write() -> int:
            number = session.execute(
                text("INSERT INTO note (text) VALUES (:text) RETURNING id"), {"text": ask.text}
            ).scalar_one()
            fact = PlaceUpdated(place_code=f"note-{number}", place_name=ask.text)
            tell(session, fact, subject=str(number), at=self.clock.now())
            return int(number)

        with self.begin() as session:
            return once(session, ask, caller, write)

    @answers(BreakDown)
    def break_down(self, ask: BreakDown, caller: Caller) -> None:
        raise RuntimeError("broken on purpose")

    @subscribes(PlaceUpdated)
    def hear_place(self, session: Session, fact: PlaceUpdated, envelope: Envelope) -> None:
        if fact.place_name == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        session.execute(
            text("INSERT INTO heard (text, correlation_id) VALUES (:text, :correlation)"),
            {"text": fact.place_name, "correlation": envelope.correlationid},
        )

    @subscribes(ActivityUpdated)
    def admit(self, session: Session, fact: ActivityUpdated, envelope: Envelope) -> None:
        """The first of two that hear one fact."""
        session.execute(
            text("INSERT INTO heard (text) VALUES (:text)"), {"text": f"admise : {fact.activity_name}"}
        )

    @subscribes(ActivityUpdated)
    def choke(self, session: Session, fact: ActivityUpdated, envelope: Envelope) -> None:
        """Fails until a row says it may not."""
        session.execute(text("INSERT INTO heard (text) VALUES (:text)"), {"text": fact.activity_name})
        if not session.execute(text("SELECT count(*) FROM mended")).scalar_one():
            raise RuntimeError("choked on purpose")

    @obeys(TakeRequestOver)
    def take(self, session: Session, order: TakeRequestOver, envelope: Envelope) -> None:
        """Fails as well until a row says it may not; writes down who ordered."""
        if not session.execute(text("SELECT count(*) FROM mended")).scalar_one():
            raise RuntimeError("disobeyed on purpose")
        session.execute(
            text("INSERT INTO heard (text) VALUES (:text)"), {"text": f"pris par {envelope.source}"}
        )
