"""The demonstration's strike: a canteen that does not open, whose families are told and are not billed."""

from datetime import date, timedelta
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, uuid5

from contracts.caller import SYSTEM, Caller
from contracts.enrolment.attendance import RollCall
from contracts.enrolment.closures import DeclareClosure, Scope, ShowCalendar
from contracts.messages import Question
from deploy.local.demo.enrolment import LIVED

A = TypeVar("A")
CANTEEN = "cantine"
STRIKE = "Grève : le restaurant de l’école n’ouvre pas"


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, today: date) -> None:
    """The first school's canteen closes on its first day from next week on; once in a demonstration."""
    if any(each.reason == STRIKE for each in services.ask(ShowCalendar(), SYSTEM).closures):
        return
    for days in range(7, 90):
        day = today + timedelta(days=days)
        sheet = services.ask(RollCall(place_code=LIVED[0], activity_code=CANTEEN, day=day), SYSTEM)
        if sheet.lines:
            scope = Scope(first=day, last=day, place_code=LIVED[0], activity_code=CANTEEN)
            key = uuid5(NAMESPACE_URL, f"espace-citoyens/demo/strike/{day}")
            services.ask(DeclareClosure(command_id=key, scope=scope, reason=STRIKE), SYSTEM)
            return
