"""Decision letters on their way into vaults."""

from chassis.commands import once
from chassis.service import Service, answers
from contracts.caller import Caller
from contracts.enrolment.letters import LettersDue, LettersDueView, NoteLetter, TakeLetter
from contracts.enrolment.requests import RequestView
from contracts.errors import NotFound
from enrolment.requests import letters, views
from enrolment.requests.models import Request


class LetterDesk(Service):
    """Decision letters, for the process that puts them and for nobody else."""

    @answers(LettersDue)
    def letters_due(self, ask: LettersDue, caller: Caller) -> LettersDueView:
        caller.carries_letters()
        with self.begin() as session:
            return letters.due(session, ask.limit, self.clock.now())

    @answers(TakeLetter)
    def take_letter(self, ask: TakeLetter, caller: Caller) -> RequestView:
        caller.carries_letters()

        def take() -> RequestView:
            return views.requester(session, letters.take(session, ask.request_id, self.clock.now()))

        def again() -> RequestView:
            request = session.get(Request, ask.request_id)
            if request is None:
                raise NotFound
            return views.requester(session, request)

        with self.begin() as session:
            return once(session, ask, caller, take, again=again)

    @answers(NoteLetter)
    def note_letter(self, ask: NoteLetter, caller: Caller) -> bool:
        caller.carries_letters()
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: letters.note(session, ask.request_id, ask.is_put, self.clock.now()),
            )
