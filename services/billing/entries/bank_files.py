"""Entry points of the bank's files of rejected debits."""

import structlog

from billing.debits import bank_files
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.bank_files import (
    BankFileList,
    BankFileView,
    ListBankFiles,
    OpenBankFile,
    ReadBankFile,
    RecordBankFile,
)
from contracts.caller import Caller, Role

log = structlog.get_logger()


class BankFileDesk(Service):
    """What the bank sends back, by the file."""

    @answers(ListBankFiles)
    def list_bank_files(self, ask: ListBankFiles, caller: Caller) -> BankFileList:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return bank_files.newest(session)

    @answers(OpenBankFile)
    def open_bank_file(self, ask: OpenBankFile, caller: Caller) -> BankFileView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return bank_files.view(session, ask.file_id, self.clock.now())

    @answers(ReadBankFile)
    def read_bank_file(self, ask: ReadBankFile, caller: Caller) -> BankFileView:
        def read() -> BankFileView:
            now = self.clock.now()
            return bank_files.view(session, bank_files.read(session, ask, caller, now), now)

        caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, read)

    @answers(RecordBankFile)
    def record_bank_file(self, ask: RecordBankFile, caller: Caller) -> BankFileView:
        def record() -> BankFileView:
            now = self.clock.now()
            booked = bank_files.record(session, ask.file_id, caller, now)
            log.info("bank file recorded", file_id=str(ask.file_id), booked=booked)
            return bank_files.view(session, ask.file_id, now)

        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, record)
