"""Entry points of what the accountant is given."""

import structlog

from billing.invoicing.dates import paris_day
from billing.treasury import claims_desk, exports, journal, pes_schema
from chassis.commands import once
from chassis.offload import in_thread
from chassis.service import Service, answers
from contracts.billing.treasury import (
    Chart,
    ClaimExportView,
    ClaimFilePart,
    ClaimsView,
    JournalPart,
    JournalSlice,
    JournalView,
    MakeClaimExport,
    MarkClaimExport,
    OpenChart,
    OpenClaims,
    OpenJournal,
    ReadClaimFile,
    SetChart,
    SetTreasuryTerms,
)
from contracts.caller import Caller, Role

log = structlog.get_logger()


class TreasuryDesk(Service):
    """The journal and its chart of accounts; the files of claims."""

    @answers(OpenJournal)
    def open_journal(self, ask: OpenJournal, caller: Caller) -> JournalView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return journal.opening(session, ask, paris_day(self.clock.now()))

    @answers(JournalPart)
    def journal_part(self, ask: JournalPart, caller: Caller) -> JournalSlice:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            found = journal.part(session, ask)
        if ask.after is None:
            log.info("journal exported", fund=ask.fund, since=ask.since, until=ask.until, by=str(by))
        return found

    @answers(OpenChart)
    def open_chart(self, ask: OpenChart, caller: Caller) -> Chart:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return journal.open_chart(session, ask.fund)

    @answers(SetChart)
    def set_chart(self, ask: SetChart, caller: Caller) -> Chart:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            view = once(session, ask, caller, lambda: journal.set_chart(session, ask, caller.name))
        log.info("chart of accounts changed", fund=ask.fund, by=str(by))
        return view

    @answers(OpenClaims)
    def open_claims(self, ask: OpenClaims, caller: Caller) -> ClaimsView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return claims_desk.opening(session, ask.fund, self.clock.now())

    @answers(SetTreasuryTerms)
    def set_treasury_terms(self, ask: SetTreasuryTerms, caller: Caller) -> ClaimsView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            now = self.clock.now()
            view = once(session, ask, caller, lambda: claims_desk.set_terms(session, ask, caller.name, now))
        log.info("treasury terms set", fund=ask.fund, by=str(by))
        return view

    @answers(MakeClaimExport)
    def make_claim_export(self, ask: MakeClaimExport, caller: Caller) -> ClaimExportView:
        by = caller.staff(Role.BILLING)

        def check(content: bytes) -> None:
            in_thread(pes_schema.check, content)

        with self.begin() as session:
            now = self.clock.now()
            made = once(session, ask, caller, lambda: exports.make(session, ask, caller.name, now, check))
        log.info("claims exported", fund=ask.fund, file=made.file_name, pieces=made.pieces, by=str(by))
        return made

    @answers(MarkClaimExport)
    def mark_claim_export(self, ask: MarkClaimExport, caller: Caller) -> ClaimExportView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            now = self.clock.now()
            marked = once(session, ask, caller, lambda: claims_desk.mark(session, ask, caller.name, now))
        log.info("claims marked as sent", file=marked.file_name, by=str(by))
        return marked

    @answers(ReadClaimFile)
    def read_claim_file(self, ask: ReadClaimFile, caller: Caller) -> ClaimFilePart:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            found = claims_desk.read(session, ask)
        if ask.part == 0:
            log.info("claims downloaded", file=found.file_name, by=str(by))
        return found
