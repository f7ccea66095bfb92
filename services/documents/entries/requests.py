"""Documents of requests: what is given without an account, letters into vaults, and what enrolment tells."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from chassis import metrics
from chassis.clock import PARIS
from chassis.commands import once
from chassis.inbox import newer
from chassis.objects import Objects
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller
from contracts.documents.letters import (
    ClaimLetters,
    DecisionPlace,
    DecisionPlaceView,
    LetterKey,
    LetterKeyView,
    LettersByCode,
    LetterView,
    PutDecision,
    PutLetter,
    ReadLetter,
)
from contracts.documents.refusals import UploadLost
from contracts.documents.sealed import BUCKET
from contracts.documents.shares import DepositDocument
from contracts.envelope import Envelope
from contracts.errors import NotFound
from contracts.events.requests import (
    DepartmentUpdated,
    DraftReleased,
    InformationAsked,
    RequestClaimed,
    RequestErased,
    RequestFact,
    RequestForwarded,
    RequestReleased,
    RequestSubmitted,
    TownWrote,
)
from documents import drafts, letters, orphans, requests
from documents.town_key import TownKey

DEPOSITED = metrics.counter("documents_deposited_total", "Documents given to the town without an account")
LETTERS = metrics.counter("documents_letters_total", "Letters of the town put into vaults")


class RequestPapersDesk(Service):
    """Documents of requests."""

    objects: Objects
    town: TownKey

    @answers(DepositDocument)
    def deposit_document(self, ask: DepositDocument, caller: Caller) -> UUID:
        self.check_object(ask.document_id, ask.object_size)
        now = self.clock.now()
        today = now.astimezone(PARIS).date()

        def keep() -> UUID:
            share_id = requests.deposit(session, ask, self.town, now, today)
            DEPOSITED.inc()
            return share_id

        with self.begin() as session:
            return once(session, ask, caller, keep)

    @answers(LetterKey)
    def letter_key(self, ask: LetterKey, caller: Caller) -> LetterKeyView:
        with self.begin() as session:
            return LetterKeyView(public_key=letters.letter_key(session, ask.request_id, caller))

    @answers(PutLetter)
    def put_letter(self, ask: PutLetter, caller: Caller) -> UUID:
        self.check_object(ask.document_id, ask.object_size)

        with self.begin() as session:
            return once(
                session, ask, caller, lambda: letters.put_letter(session, ask, caller, self.clock.now())
            )

    @answers(ReadLetter)
    def read_letter(self, ask: ReadLetter, caller: Caller) -> LetterView:
        with self.begin() as session:
            return letters.read_letter(session, ask)

    @answers(LettersByCode)
    def letters_by_code(self, ask: LettersByCode, caller: Caller) -> list[LetterView]:
        account_id = caller.citizen()
        with self.begin() as session:
            return letters.by_code(session, ask.request_id, account_id)

    @answers(ClaimLetters)
    def claim_letters(self, ask: ClaimLetters, caller: Caller) -> list[UUID]:
        account_id = caller.citizen()
        with self.begin() as session:
            now = self.clock.now()
            return once(session, ask, caller, lambda: letters.claim(session, ask, account_id, now))

    @answers(DecisionPlace)
    def decision_place(self, ask: DecisionPlace, caller: Caller) -> DecisionPlaceView:
        caller.carries_letters()
        with self.begin() as session:
            return letters.decision_place(session, ask.request_id)

    @answers(PutDecision)
    def put_decision(self, ask: PutDecision, caller: Caller) -> UUID:
        caller.carries_letters()
        self.check_object(ask.document_id, ask.object_size)

        def put() -> UUID:
            document_id = letters.put_decision(session, ask, self.clock.now())
            if document_id == ask.document_id:
                LETTERS.inc()
            return document_id

        with self.begin() as session:
            return once(session, ask, caller, put)

    @subscribes(RequestSubmitted)
    def keep_filed(self, session: Session, fact: RequestSubmitted, envelope: Envelope) -> None:
        self._keep(session, fact, envelope)

    @subscribes(RequestForwarded)
    def keep_forwarded(self, session: Session, fact: RequestForwarded, envelope: Envelope) -> None:
        self._keep(session, fact, envelope)

    @subscribes(RequestClaimed)
    def keep_claimed(self, session: Session, fact: RequestClaimed, envelope: Envelope) -> None:
        self._keep(session, fact, envelope)

    @subscribes(RequestReleased)
    def keep_released(self, session: Session, fact: RequestReleased, envelope: Envelope) -> None:
        self._keep(session, fact, envelope)

    @subscribes(TownWrote)
    def send_files(self, session: Session, fact: TownWrote, envelope: Envelope) -> None:
        LETTERS.inc(letters.arrive(session, fact.documents, self.clock.now()))

    @subscribes(InformationAsked)
    def send_asked_files(self, session: Session, fact: InformationAsked, envelope: Envelope) -> None:
        LETTERS.inc(letters.arrive(session, fact.documents, self.clock.now()))

    @subscribes(DraftReleased)
    def release_draft(self, session: Session, fact: DraftReleased, envelope: Envelope) -> None:
        drafts.take_back(session, fact.draft_id, fact.document_ids, envelope.time)

    @subscribes(RequestErased)
    def forget_request(self, session: Session, fact: RequestErased, envelope: Envelope) -> None:
        if newer(session, "request", fact.request_id, envelope.aggregateversion):
            requests.forget(session, fact.request_id, self.clock.now())

    @subscribes(DepartmentUpdated)
    def keep_department(self, session: Session, fact: DepartmentUpdated, envelope: Envelope) -> None:
        if newer(session, "department", fact.department_code, envelope.aggregateversion):
            requests.keep_department(session, fact)

    @every(seconds=3600)
    def end_unfiled(self) -> None:
        """What was given for requests that were never filed, or laid down for messages that were never sent."""
        with self.begin() as session:
            requests.end_unfiled(session, self.clock.now())
            letters.forget_unsent(session, self.clock.now())

    def check_object(self, document_id: UUID, object_size: int) -> None:
        """The object must be there, whole and fresh, before a row says that it is. Raises UploadLost."""
        try:
            found = self.objects.describe(BUCKET, str(document_id))
        except NotFound:
            raise UploadLost from None
        if not orphans.may_be_entered(found, object_size, datetime.now(UTC)):
            raise UploadLost

    @staticmethod
    def _keep(session: Session, fact: RequestFact, envelope: Envelope) -> None:
        if newer(session, "request", fact.request_id, envelope.aggregateversion):
            requests.keep_request(session, fact)
