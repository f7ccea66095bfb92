"""Requests, on the side of whoever filed them: filed, followed, written to, withdrawn, claimed, erased."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from chassis import metrics, throttle
from chassis.commands import once
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller
from contracts.enrolment.requests import (
    ClaimRequest,
    FollowRequest,
    MyRequests,
    MyRequestsView,
    RequestLine,
    RequestView,
    ShowRequest,
    SubmitRequest,
    SubmittedView,
    WithdrawRequest,
    WriteToTown,
)
from contracts.envelope import Envelope
from contracts.events.accounts import AccountAddressChanged, AccountAddressConfirmed, AccountRegistered
from contracts.events.documents import (
    DocumentDeposited,
    DocumentOpened,
    DocumentShared,
    DocumentWithheld,
)
from enrolment.given import memory
from enrolment.requests import (
    claiming,
    departments,
    documents,
    duties,
    erasing,
    following,
    handling,
    reused,
    submitting,
    tracking,
    views,
)
from enrolment.requests.models import Request

REQUESTS = metrics.counter("requests_total", "Requests filed and what became of them", ("outcome",))
SUBJECT = "request"

Change = Callable[[Session, Request, str], None]
"""What is done to a request, in the name of somebody."""


class RequestDesk(Service):
    """Requests, on the side of whoever filed them."""

    @answers(SubmitRequest)
    def submit_request(self, ask: SubmitRequest, caller: Caller) -> SubmittedView:
        def submit() -> SubmittedView:
            view = submitting.submit(session, ask, caller, self.clock.now())
            REQUESTS.labels("submitted").inc()
            return view

        with self.begin() as session:
            # The code is not kept in the clear.
            return once(session, ask, caller, submit, again=lambda: submitting.submitted_again(session, ask))

    @answers(MyRequests)
    def my_requests(self, ask: MyRequests, caller: Caller) -> MyRequestsView:
        with self.begin() as session:
            return views.mine(session, ask, caller)

    @answers(ShowRequest)
    def show_request(self, ask: ShowRequest, caller: Caller) -> RequestView:
        with self.begin() as session:
            return views.requester(session, following.of_caller(session, ask.request_id, caller))

    @answers(FollowRequest)
    def follow_request(self, ask: FollowRequest, caller: Caller) -> RequestView:
        tried = self._count(tracking.tidy_number(ask.number), caller)
        with self.begin() as session:
            view = views.requester(session, following.by_number(session, ask.number, ask.code))
            throttle.succeed(session, *tried)
        return view

    @answers(WriteToTown)
    def write_to_town(self, ask: WriteToTown, caller: Caller) -> RequestView:
        def write(session: Session, request: Request, who: str) -> None:
            handling.answer(session, request, ask.words, who, self.clock.now())

        return self._change(ask, caller, write)

    @answers(WithdrawRequest)
    def withdraw_request(self, ask: WithdrawRequest, caller: Caller) -> RequestView:
        def withdraw(session: Session, request: Request, who: str) -> None:
            handling.withdraw(session, request, ask.version, who, self.clock.now())
            REQUESTS.labels("withdrawn").inc()

        return self._change(ask, caller, withdraw)

    @answers(ClaimRequest)
    def claim_request(self, ask: ClaimRequest, caller: Caller) -> RequestLine:
        def claim() -> RequestLine:
            request = claiming.claim(session, ask.request_id, caller, self.clock.now())
            REQUESTS.labels("claimed").inc()
            return views.line(request, departments.get(session, request.department_code).name)

        with self.begin() as session:
            return once(session, ask, caller, claim)

    # ------------------------------------------------------------ what others tell

    @subscribes(AccountRegistered)
    def keep_address(self, session: Session, fact: AccountRegistered, envelope: Envelope) -> None:
        if fact.email:
            claiming.keep_address(session, fact.account_id, fact.email)

    @subscribes(AccountAddressConfirmed)
    def keep_confirmed_address(
        self, session: Session, fact: AccountAddressConfirmed, envelope: Envelope
    ) -> None:
        claiming.keep_address(session, fact.account_id, fact.email)

    @subscribes(AccountAddressChanged)
    def change_address(self, session: Session, fact: AccountAddressChanged, envelope: Envelope) -> None:
        claiming.keep_address(session, fact.account_id, fact.email)

    @subscribes(DocumentShared)
    def keep_request_document(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        if fact.subject_kind == SUBJECT:
            documents.keep(
                session,
                fact.share_id,
                fact.subject_id,
                fact.document_id,
                fact.document_type,
                fact.account_id,
                envelope.time,
                memory.gift_of(fact, envelope.time),
            )

    @subscribes(DocumentWithheld)
    def ask_for_withheld(self, session: Session, fact: DocumentWithheld, envelope: Envelope) -> None:
        if fact.subject_kind == SUBJECT and reused.withhold(session, fact, self.clock.now()):
            REQUESTS.labels("lacking").inc()

    @subscribes(DocumentDeposited)
    def keep_deposit(self, session: Session, fact: DocumentDeposited, envelope: Envelope) -> None:
        if fact.subject_kind == SUBJECT:
            documents.keep(
                session,
                fact.share_id,
                fact.subject_id,
                fact.document_id,
                fact.document_type,
                None,
                envelope.time,
            )

    @subscribes(DocumentOpened)
    def note_request_opening(self, session: Session, fact: DocumentOpened, envelope: Envelope) -> None:
        if fact.subject_kind == SUBJECT and fact.subject_id is not None:
            documents.note_opening(
                session, fact.subject_id, fact.agent_name, fact.document_type, envelope.time
            )

    # ------------------------------------------------------------ by itself

    @every(seconds=600)
    def warn_of_delays(self) -> None:
        """Delays that end soon or are over, each in its own transaction."""
        with self.begin() as session:
            due = duties.to_warn_of(session, self.clock.now())
        for request_id in due:
            with self.begin() as session:
                duties.warn(session, request_id, self.clock.now())

    @every(seconds=3600)
    def erase_requests(self) -> None:
        """What is personal in requests whose retention is over, each in its own transaction; and old attempts."""
        with self.begin() as session:
            throttle.forget_old(session, self.clock.now())
            ended = erasing.over(session, self.clock.now())
        for request_id in ended:
            with self.begin() as session:
                if erasing.erase(session, request_id, self.clock.now()):
                    REQUESTS.labels("erased").inc()

    # ------------------------------------------------------------ within

    def _change(self, ask: WriteToTown | WithdrawRequest, caller: Caller, change: Change) -> RequestView:
        """Changes a request as whoever filed it, signed in or by its code; guesses at a code are counted."""

        def changed() -> RequestView:
            request = following.of_caller(session, ask.request_id, caller, ask.code, lock=True)
            change(session, request, self._name(caller, ask.code))
            return views.requester(session, request)

        def shown() -> RequestView:
            return views.requester(session, following.of_caller(session, ask.request_id, caller, ask.code))

        tried = self._count(str(ask.request_id), caller) if ask.code else []
        with self.begin() as session:
            view = once(session, ask, caller, changed, again=shown)
            if tried:
                throttle.succeed(session, *tried)
        return view

    def _count(self, what: str, caller: Caller) -> list[throttle.Subject]:
        """An attempt at a code counts before it is judged, and whatever becomes of it."""
        tried = following.attempts(what, caller)
        with self.begin() as session:
            throttle.count(session, tried, self.clock.now())
        return tried

    @staticmethod
    def _name(caller: Caller, code: str) -> str:
        return "" if code else caller.name
