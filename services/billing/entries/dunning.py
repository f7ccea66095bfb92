"""Entry points of dunning: an agent looks at the list, then sends."""

import structlog

from billing import consultations
from billing.dunning import desk, letters, sending
from billing.invoicing import statements
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.dunning import (
    DunningTerms,
    DunningView,
    EndReprieve,
    FamilyDunning,
    GrantReprieve,
    LettersToPost,
    OpenDunning,
    OpenFamilyDunning,
    OpenLettersToPost,
    OpenReminder,
    ReminderView,
    SendReminders,
    SentReminders,
    SetDunningTerms,
)
from contracts.caller import Caller, Role

log = structlog.get_logger()


class DunningDesk(Service):
    """Letters about what is late."""

    @answers(OpenDunning)
    def open_dunning(self, ask: OpenDunning, caller: Caller) -> DunningView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return desk.opening(session, ask, self.clock.now())

    @answers(SetDunningTerms)
    def set_dunning_terms(self, ask: SetDunningTerms, caller: Caller) -> DunningTerms:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            terms = once(session, ask, caller, lambda: desk.set_terms(session, ask, caller.name))
        log.info("dunning terms set", fund=ask.fund, by=str(by))
        return terms

    @answers(SendReminders)
    def send_reminders(self, ask: SendReminders, caller: Caller) -> SentReminders:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            now = self.clock.now()
            sent = once(session, ask, caller, lambda: sending.send(session, ask, caller.name, now))
        log.info("reminders sent", fund=ask.fund, step=ask.step, letters=sent.letters, by=str(by))
        return sent

    @answers(OpenReminder)
    def open_reminder(self, ask: OpenReminder, caller: Caller) -> ReminderView:
        with self.begin() as session:
            found = letters.letter(session, ask.reminder_id)
            statements.may_read(session, caller, found.family_id)
            paper = f"Lettre de relance du {found.sent_on:%d/%m/%Y}"
            consultations.note_family(session, caller, found.family_id, paper, self.clock.now())
            return found

    @answers(OpenLettersToPost)
    def open_letters_to_post(self, ask: OpenLettersToPost, caller: Caller) -> LettersToPost:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return letters.to_post(session, ask.sending_id)

    @answers(OpenFamilyDunning)
    def open_family_dunning(self, ask: OpenFamilyDunning, caller: Caller) -> FamilyDunning:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            now = self.clock.now()
            found = desk.family(session, ask.family_id, now)
            consultations.note_family(session, caller, ask.family_id, "Relances", now)
            return found

    @answers(GrantReprieve)
    def grant_reprieve(self, ask: GrantReprieve, caller: Caller) -> FamilyDunning:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            now = self.clock.now()
            view = once(session, ask, caller, lambda: desk.grant(session, ask, caller.name, now))
        log.info("reprieve granted", family_id=str(ask.family_id), until=ask.until.isoformat(), by=str(by))
        return view

    @answers(EndReprieve)
    def end_reprieve(self, ask: EndReprieve, caller: Caller) -> FamilyDunning:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            now = self.clock.now()
            view = once(session, ask, caller, lambda: desk.end(session, ask, caller.name, now))
        log.info("reprieve ended", family_id=str(ask.family_id), by=str(by))
        return view
