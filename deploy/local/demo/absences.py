"""The demonstration's absences: a few that wait for an agent, and a line of a roll-call that a family contests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.caller import Caller
from contracts.enrolment.absence_terms import AbsenceReason
from contracts.enrolment.absences import AbsenceChoices, MyAbsences, ReportAbsence
from contracts.enrolment.home import Overview
from contracts.enrolment.objections import CheckedDays, ContestLine
from contracts.errors import DomainError
from contracts.events.attendance import Mark
from contracts.messages import Question

A = TypeVar("A")
REASONS = (AbsenceReason.ILLNESS, AbsenceReason.FAMILY, AbsenceReason.APPOINTMENT)
NOTES = {
    AbsenceReason.ILLNESS: "Le certificat suit.",
    AbsenceReason.FAMILY: "Obsèques dans la famille.",
    AbsenceReason.APPOINTMENT: "",
}
WORDS = "Ce n’est pas ce que nous avons vécu ce jour-là : pouvez-vous vérifier avec l’équipe ?"


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, parents: Sequence[Caller]) -> None:
    """One report for each of the first parents who have a day to report; one objection by the first who has a line."""
    reasons = list(REASONS)
    for parent in parents:
        if reasons and _report(services, parent, reasons[0]):
            reasons.pop(0)
    for parent in parents:
        if _contest(services, parent):
            return


def _report(services: Services, parent: Caller, reason: AbsenceReason) -> bool:
    if services.ask(MyAbsences(), parent).absences:
        return True  # by an earlier load
    for child in services.ask(Overview(), parent).children:
        days = services.ask(AbsenceChoices(child_id=child.child_id), parent).days
        if days:
            first = days[0].day
            near = [each.booking_id for each in days if each.day - first < timedelta(days=2)][:3]
            ask = ReportAbsence(
                command_id=_key("absence", child.child_id, *near),
                child_id=child.child_id,
                booking_ids=near,
                reason=reason,
                note=NOTES[reason],
            )
            return _done(services, ask, parent)
    return False


def _contest(services: Services, parent: Caller) -> bool:
    known = services.ask(CheckedDays(weeks=9), parent).lines
    if any(line.objection for line in known):
        return True  # by an earlier load
    lines = [line for line in known if line.claims]
    # Rather an absence, which families contest most, than a presence.
    lines.sort(key=lambda line: (line.mark is not Mark.ABSENT_UNJUSTIFIED, -line.day.toordinal()))
    for line in lines[:1]:
        assert line.mark is not None
        ask = ContestLine(
            command_id=_key("objection", line.session_id, line.child_id),
            session_id=line.session_id,
            child_id=line.child_id,
            mark=line.mark,
            claim=line.claims[0],
            words=WORDS,
        )
        return _done(services, ask, parent)
    return False


def _done(services: Services, ask: Question[object], parent: Caller) -> bool:
    """What is there already, or does not fit any more, is left as it is."""
    try:
        services.ask(ask, parent)
    except DomainError:
        return False
    return True


def _key(*parts: object) -> UUID:
    """The same command has the same id at every load."""
    return uuid5(NAMESPACE_URL, "espace-citoyens/demo/" + "/".join(str(part) for part in parts))
