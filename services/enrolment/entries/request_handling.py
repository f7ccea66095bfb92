"""Requests, on the side of the departments in charge; and the departments."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from chassis.commands import once
from chassis.service import Service, answers
from contracts.caller import Caller, Role
from contracts.enrolment.departments import DefineDepartment, DepartmentView, ListDepartments
from contracts.enrolment.requests import (
    AssignRequest,
    DecideRequest,
    ForwardRequest,
    HandleRequest,
    OpenRequest,
    RequestFile,
    RequestLine,
    RequestQueue,
    RequestQueueView,
    WriteToRequester,
)
from contracts.messages import Command
from enrolment.entries.requests import REQUESTS
from enrolment.requests import departments, handling, views
from enrolment.requests.models import Request

C = TypeVar("C", bound=Command[RequestFile])


class RequestOffice(Service):
    """Requests, on the side of the departments in charge; and the departments."""

    @answers(RequestQueue)
    def request_queue(self, ask: RequestQueue, caller: Caller) -> RequestQueueView:
        with self.begin() as session:
            return views.queue(session, ask, caller, self.clock.now())

    @answers(OpenRequest)
    def open_request(self, ask: OpenRequest, caller: Caller) -> RequestFile:
        with self.begin() as session:
            request = handling.of_department(session, ask.request_id, caller)
            handling.note_opening(session, request, caller, self.clock.now())
            return views.file(session, request, self.clock.now())

    @answers(HandleRequest)
    def handle_request(self, ask: HandleRequest, caller: Caller) -> RequestFile:
        return self._do(ask, caller, lambda session: handling.handle(session, ask, caller, self.clock.now()))

    @answers(WriteToRequester)
    def write_to_requester(self, ask: WriteToRequester, caller: Caller) -> RequestFile:
        return self._do(ask, caller, lambda session: handling.write(session, ask, caller, self.clock.now()))

    @answers(AssignRequest)
    def assign_request(self, ask: AssignRequest, caller: Caller) -> RequestFile:
        return self._do(ask, caller, lambda session: handling.assign(session, ask, caller, self.clock.now()))

    @answers(ForwardRequest)
    def forward_request(self, ask: ForwardRequest, caller: Caller) -> RequestLine:
        def forward() -> RequestLine:
            request = handling.forward(session, ask, caller, self.clock.now())
            return views.line(request, departments.get(session, request.department_code).name)

        with self.begin() as session:
            return once(session, ask, caller, forward)

    @answers(DecideRequest)
    def decide_request(self, ask: DecideRequest, caller: Caller) -> RequestFile:
        def decide(session: Session) -> Request:
            request = handling.decide(session, ask, caller, self.clock.now())
            REQUESTS.labels("accepted" if ask.accepted else "refused").inc()
            return request

        return self._do(ask, caller, decide)

    @answers(ListDepartments)
    def list_departments(self, ask: ListDepartments, caller: Caller) -> list[DepartmentView]:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return departments.every_one(session)

    @answers(DefineDepartment)
    def define_department(self, ask: DefineDepartment, caller: Caller) -> DepartmentView:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return once(session, ask, caller, lambda: departments.define(session, ask, self.clock.now()))

    def _do(self, ask: C, caller: Caller, act: Callable[[Session], Request]) -> RequestFile:
        """One act on one request, once. The answer is made anew for a repeat: it is not kept with the command."""

        def done() -> RequestFile:
            return views.file(session, act(session), self.clock.now())

        def shown() -> RequestFile:
            request = handling.of_department(session, ask.request_id, caller)  # type: ignore[attr-defined]
            return views.file(session, request, self.clock.now())

        with self.begin() as session:
            return once(session, ask, caller, done, again=shown)
