"""Démarches: what is offered, drafts of answers, and the forms that agents compose."""

from datetime import timedelta

from chassis import throttle
from chassis.commands import once
from chassis.service import Service, answers, every, first
from contracts.caller import Caller, Kind
from contracts.enrolment.drafts import (
    AdmitFile,
    AdoptDraft,
    DraftCard,
    DraftView,
    DropDraft,
    ListLeftDrafts,
    OpenDraft,
    RenewDraft,
    SaveAnswers,
    SavedPage,
    StartDraft,
)
from contracts.enrolment.procedures import (
    DropProcedureDraft,
    ListProcedureForms,
    ListProcedures,
    MakeProcedure,
    OpenProcedureForm,
    ProcedureDesk,
    ProcedureLine,
    ProceduresView,
    ProcedureView,
    PublishProcedure,
    RetireProcedure,
    SaveProcedureForm,
    ShowProcedure,
    TrialView,
    TryProcedure,
)
from enrolment.procedures import composing, drafts, shipping, versions
from enrolment.schedule import calendar

BEGUN = throttle.Limit(60, timedelta(minutes=1))
"""Drafts that one address may begin without an account; counted anew after a day."""


FILES = throttle.Limit(80, timedelta(minutes=1))
"""Files that one address may send without an account, of fifty megabytes at most; counted anew after a day."""


class ProcedureFormsDesk(Service):
    """Démarches: what is offered, drafts of answers, and the forms that agents compose."""

    @answers(ListProcedures)
    def list_procedures(self, ask: ListProcedures, caller: Caller) -> ProceduresView:
        with self.begin() as session:
            return ProceduresView(
                procedures=versions.cards(session),
                drafts=drafts.own(session, caller, ask.secret),
                left=drafts.left(session, ask.secret) if caller.kind is Kind.CITIZEN else [],
            )

    @answers(ShowProcedure)
    def show_procedure(self, ask: ShowProcedure, caller: Caller) -> ProcedureView:
        with self.begin() as session:
            number, form = versions.offered(session, ask.code)
            mine = drafts.own(session, caller, ask.secret, ask.code)
            return ProcedureView(code=ask.code, number=number, form=form, drafts=mine)

    @answers(StartDraft)
    def start_draft(self, ask: StartDraft, caller: Caller) -> DraftCard:
        if caller.kind is Kind.ANONYMOUS:
            with self.begin() as session:
                throttle.count(
                    session, [throttle.on_address("draft", caller.address, BEGUN)], self.clock.now()
                )
        with self.begin() as session:
            return once(session, ask, caller, lambda: drafts.start(session, ask, caller, self.clock.now()))

    @answers(OpenDraft)
    def open_draft(self, ask: OpenDraft, caller: Caller) -> DraftView:
        with self.begin() as session:
            return drafts.show(session, ask, caller, self.clock.now())

    @answers(SaveAnswers)
    def save_answers(self, ask: SaveAnswers, caller: Caller) -> SavedPage:
        """Not kept as an answered command: it may be repeated, and what was typed is kept in one place only."""
        with self.begin() as session:
            return drafts.save(session, ask, caller, self.clock.now())

    @answers(ListLeftDrafts)
    def list_left_drafts(self, ask: ListLeftDrafts, caller: Caller) -> list[DraftCard]:
        caller.citizen()
        with self.begin() as session:
            return drafts.left(session, ask.secret)

    @answers(AdoptDraft)
    def adopt_draft(self, ask: AdoptDraft, caller: Caller) -> DraftCard:
        with self.begin() as session:
            return once(session, ask, caller, lambda: drafts.adopt(session, ask, caller, self.clock.now()))

    @answers(AdmitFile)
    def admit_file(self, ask: AdmitFile, caller: Caller) -> None:
        """Nor is this one: each file counts. The count stands, whatever comes of the file."""
        with self.begin() as session:
            drafts.admit_file(session, ask, caller)
        with self.begin() as session:
            throttle.count(session, [throttle.on_address("file", caller.address, FILES)], self.clock.now())

    @answers(RenewDraft)
    def renew_draft(self, ask: RenewDraft, caller: Caller) -> DraftView:
        """Nor is this one, for the same reason."""
        with self.begin() as session:
            return drafts.renew(session, ask, caller, self.clock.now())

    @answers(DropDraft)
    def drop_draft(self, ask: DropDraft, caller: Caller) -> bool:
        with self.begin() as session:
            return once(session, ask, caller, lambda: drafts.drop(session, ask, caller, self.clock.now()))

    @answers(ListProcedureForms)
    def list_procedure_forms(self, ask: ListProcedureForms, caller: Caller) -> list[ProcedureLine]:
        with self.begin() as session:
            return composing.lines(session, caller)

    @answers(OpenProcedureForm)
    def open_procedure_form(self, ask: OpenProcedureForm, caller: Caller) -> ProcedureDesk:
        with self.begin() as session:
            return composing.show(session, ask.code, caller)

    @answers(TryProcedure)
    def try_procedure(self, ask: TryProcedure, caller: Caller) -> TrialView:
        with self.begin() as session:
            return composing.try_out(session, ask, caller, calendar.local_day(self.clock.now()))

    @answers(MakeProcedure)
    def make_procedure(self, ask: MakeProcedure, caller: Caller) -> ProcedureDesk:
        with self.begin() as session:
            return once(session, ask, caller, lambda: composing.make(session, ask, caller))

    @answers(SaveProcedureForm)
    def save_procedure_form(self, ask: SaveProcedureForm, caller: Caller) -> ProcedureDesk:
        with self.begin() as session:
            return once(session, ask, caller, lambda: composing.save(session, ask, caller))

    @answers(PublishProcedure)
    def publish_procedure(self, ask: PublishProcedure, caller: Caller) -> ProcedureDesk:
        with self.begin() as session:
            now = self.clock.now()
            return once(session, ask, caller, lambda: composing.publish(session, ask, caller, now))

    @answers(DropProcedureDraft)
    def drop_procedure_draft(self, ask: DropProcedureDraft, caller: Caller) -> bool:
        with self.begin() as session:
            return once(session, ask, caller, lambda: composing.drop(session, ask, caller))

    @answers(RetireProcedure)
    def retire_procedure(self, ask: RetireProcedure, caller: Caller) -> ProcedureDesk:
        with self.begin() as session:
            return once(session, ask, caller, lambda: composing.retire(session, ask, caller))

    @first
    def install_procedures(self) -> None:
        """What the software ships, in a new town or after a new release: there before anybody can ask for it."""
        with self.begin() as session:
            shipping.install(session, self.clock.now())

    @every(seconds=3600)
    def erase_old_drafts(self) -> None:
        with self.begin() as session:
            drafts.purge(session, self.clock.now())
