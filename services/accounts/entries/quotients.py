"""The quotient familial: asked of the CAF or the MSA, or proved by a document."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.household.families import load_views
from accounts.models import Guardian
from accounts.quotient import given_documents, quotient_fetches
from accounts.quotient.api_particulier import ApiParticulier
from accounts.quotient.quotients import list_quotients
from chassis import throttle
from chassis.commands import once
from chassis.service import answers, every, subscribes
from contracts.accounts.given import GivenDocumentsPage, ListGivenDocuments
from contracts.accounts.quotients import FetchOff, FetchQuotient, QuotientOf, QuotientPage
from contracts.caller import Caller, Role
from contracts.envelope import Envelope
from contracts.errors import NotFound
from contracts.events.documents import DocumentOpened, DocumentShared

PER_TICK = 10


class QuotientDesk(Desk):
    """The quotient familial: asked of the CAF or the MSA, or proved by a document."""

    @property
    def provider(self) -> ApiParticulier | None:
        """API Particulier, where the town may use it."""
        settings = self.settings
        if not settings.api_particulier_url:
            return None
        return ApiParticulier(
            url=settings.api_particulier_url,
            token=settings.need("api_particulier_token"),
            recipient=settings.need("api_particulier_recipient"),
        )

    @answers(QuotientOf)
    def quotient_of(self, ask: QuotientOf, caller: Caller) -> QuotientPage:
        account_id = caller.citizen()
        with self.begin() as session:
            return self._page(session, ask.family_id, account_id)

    @answers(FetchQuotient)
    def fetch_quotient(self, ask: FetchQuotient, caller: Caller) -> QuotientPage:
        account_id, now = caller.citizen(), self.clock.now()
        if self.provider is None:
            raise FetchOff
        counted = throttle.on_account("quotient", str(account_id), throttle.FETCHES)
        with self.begin() as session:
            throttle.count(session, [counted], now)

        def do(session: Session) -> QuotientPage:
            quotient_fetches.ask(session, ask, account_id, caller, now)
            return self._page(session, ask.family_id, account_id)

        with self.begin() as session:
            return once(session, ask, caller, lambda: do(session))

    @answers(ListGivenDocuments)
    def list_given_documents(self, ask: ListGivenDocuments, caller: Caller) -> GivenDocumentsPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return given_documents.list_given(session, ask)

    @every(seconds=2)
    def ask_the_caf(self) -> None:
        """What is due, when the town may ask. The question is put outside any transaction."""
        provider = self.provider
        for _ in range(PER_TICK if provider is not None else 0):
            with self.begin() as session:
                due = quotient_fetches.claim(session, self.clock.now())
            if due is None or provider is None:
                return
            answer = provider.ask(due.person)
            with self.begin() as session:
                quotient_fetches.settle(session, self.site, due.fetch_id, answer, self.clock.now())

    @subscribes(DocumentShared)
    def keep_given(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        given_documents.keep(session, fact, envelope.time)

    @subscribes(DocumentOpened)
    def note_read(self, session: Session, fact: DocumentOpened, envelope: Envelope) -> None:
        given_documents.note_read(session, fact, envelope.time)

    def _page(self, session: Session, family_id: UUID, account_id: UUID) -> QuotientPage:
        me = session.scalar(
            select(Guardian).where(Guardian.family_id == family_id, Guardian.account_id == account_id)
        )
        if me is None:
            raise NotFound
        return QuotientPage(
            family_id=family_id,
            label=load_views(session, [family_id], account_id)[family_id].label,
            first_name=me.first_name,
            last_name=me.last_name,
            title=me.title,
            quotients=list_quotients(session, family_id),
            can_fetch=self.provider is not None,
            fetch=quotient_fetches.last_of(session, family_id),
            documents=given_documents.of_family(session, family_id),
        )
