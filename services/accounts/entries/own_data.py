"""What is kept of one's account: its journal, everything there is, its end."""

from sqlalchemy.orm import Session

from accounts.care import health_files
from accounts.entries.desk import Desk
from accounts.identity import (
    closing,
    export_parts,
    failed_sign_ins,
    journal,
    own_account,
    present_password,
)
from accounts.mailing import mail
from chassis import throttle
from chassis.clock import PARIS
from chassis.commands import once
from chassis.service import answers, every, subscribes
from contracts.accounts.journal import Action
from contracts.accounts.own_data import (
    CloseAccount,
    JournalPage,
    MyJournal,
    NoteExport,
    NoteSessionsClosed,
    OpenMyRecords,
)
from contracts.caller import Caller
from contracts.envelope import Envelope
from contracts.events.documents import DocumentOpened
from contracts.records import Records


class OwnDataDesk(Desk):
    """What is kept of one's account: its journal, everything there is, its end."""

    @answers(MyJournal)
    def my_journal(self, ask: MyJournal, caller: Caller) -> JournalPage:
        account_id = own_account.id_of(caller)
        with self.begin() as session:
            return journal.read(session, account_id, ask.page)

    @answers(NoteSessionsClosed)
    def note_sessions_closed(self, ask: NoteSessionsClosed, caller: Caller) -> None:
        now = self.clock.now()

        def note(session: Session) -> None:
            account = own_account.mine(session, caller)
            journal.note(
                session, account.account_id, Action.SESSIONS_CLOSED, now, caller, browsers=ask.browsers
            )

        with self.begin() as session:
            once(session, ask, caller, lambda: note(session))

    @subscribes(DocumentOpened)
    def note_opening(self, session: Session, fact: DocumentOpened, envelope: Envelope) -> None:
        journal.note_opening(session, fact, envelope.time)

    @every(seconds=15)
    def note_failures(self) -> None:
        """Failed sign-ins become lines of the journals of the accounts that were tried."""
        with self.begin() as session:
            failed_sign_ins.note_all(session)

    # ------------------------------------------------------------ everything

    @answers(OpenMyRecords)
    def open_my_records(self, ask: OpenMyRecords, caller: Caller) -> Records:
        account_id, now = caller.citizen(), self.clock.now()
        present_password.prove(self.begin, caller, ask.password, now)
        with self.begin() as session:
            throttle.count(session, [throttle.on_account("export", str(account_id), throttle.EXPORTS)], now)
        with self.begin() as session:
            health = health_files.export(session, self.health_seal, account_id, now.astimezone(PARIS).date())
            return export_parts.gather(session, account_id, health)

    @answers(NoteExport)
    def note_export(self, ask: NoteExport, caller: Caller) -> None:
        caller.citizen()
        now = self.clock.now()

        def note(session: Session) -> None:
            account = own_account.mine(session, caller)
            journal.note(
                session, account.account_id, Action.DATA_EXPORTED, now, caller, format=ask.format.value
            )
            mail.write(
                session, self.site, "data_exported", account.email, now, first_name=account.first_name, at=now
            )

        with self.begin() as session:
            once(session, ask, caller, lambda: note(session))

    # ------------------------------------------------------------ the end

    @answers(CloseAccount)
    def close_account(self, ask: CloseAccount, caller: Caller) -> None:
        caller.citizen()
        now = self.clock.now()
        present_password.prove(self.begin, caller, ask.password, now)
        with self.begin() as session:
            closing.close(session, self.site, own_account.mine(session, caller, lock=True), now)
