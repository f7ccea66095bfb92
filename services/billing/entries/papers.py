"""Entry points of the papers of an account: statement, tax certificate."""

from billing import consultations
from billing.certificates import accounts, certificates
from billing.invoicing.dates import paris_day
from billing.invoicing.statements import families_of, may_read
from chassis.service import Service, answers
from contracts.billing.papers import (
    CertificateView,
    MyPapers,
    OpenCertificate,
    OpenStatement,
    PapersView,
    StatementView,
)
from contracts.caller import Caller


class PaperDesk(Service):
    """A family's account and what it paid, for itself and for the office."""

    @answers(MyPapers)
    def my_papers(self, ask: MyPapers, caller: Caller) -> PapersView:
        account_id = caller.citizen()
        with self.begin() as session:
            families = families_of(session, account_id)
            return certificates.papers(session, families, paris_day(self.clock.now()))

    @answers(OpenStatement)
    def open_statement(self, ask: OpenStatement, caller: Caller) -> StatementView:
        now = self.clock.now()
        with self.begin() as session:
            may_read(session, caller, ask.family_id)
            view = accounts.statement(session, ask.family_id, ask.year, paris_day(now))
            consultations.note_family(session, caller, ask.family_id, f"Relevé de compte {ask.year}", now)
            return view

    @answers(OpenCertificate)
    def open_certificate(self, ask: OpenCertificate, caller: Caller) -> CertificateView:
        now = self.clock.now()
        with self.begin() as session:
            may_read(session, caller, ask.family_id)
            view = certificates.certificate(session, ask.family_id, ask.year, paris_day(now))
            consultations.note_family(session, caller, ask.family_id, f"Attestation fiscale {ask.year}", now)
            return view
