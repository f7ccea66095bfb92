"""« Valider mes données familles »: guardians sign, agents see who has not, reminders go out."""

from datetime import date

from accounts.care import health_readings
from accounts.entries.desk import Desk
from accounts.staff import agents
from accounts.yearly import certification_reminders, certifications, uncertified
from chassis.clock import PARIS
from chassis.commands import once
from chassis.sealed_column import Seal
from chassis.service import answers, every
from contracts.accounts.accesses import Access
from contracts.accounts.certification import (
    CertificationView,
    CertifyFamily,
    ListUncertified,
    ReviewFamily,
    UncertifiedPage,
)
from contracts.accounts.health import ReadingKind
from contracts.caller import Caller, Kind, Role


class CertificationDesk(Desk):
    """The yearly certification."""

    @answers(ReviewFamily)
    def review_family(self, ask: ReviewFamily, caller: Caller) -> CertificationView:
        now, today = self.clock.now(), self._paris_day
        with self.begin() as session:
            if caller.kind is Kind.CITIZEN:
                certifications.guardian_of(session, ask.family_id, caller.citizen())
                return certifications.page(session, self._seals, ask.family_id, caller.account_id, today)
            caller.staff(Role.FAMILY_FILES)
            seals = self._seals if Role.HEALTH in caller.roles else None
            view = certifications.page(session, seals, ask.family_id, None, today)
            agents.record_access(session, [ask.family_id], caller, Access.REVIEW, now)
            if seals is not None:
                read = [child.child_id for child in view.family.children]
                health_readings.note(session, read, ReadingKind.SHEET, "certification", caller, now)
            return view

    @answers(CertifyFamily)
    def certify_family(self, ask: CertifyFamily, caller: Caller) -> CertificationView:
        account_id, now, today = caller.citizen(), self.clock.now(), self._paris_day
        with self.begin() as session:
            # Health stands in the answer: it is made again for a repeat, and not kept with the command.
            return once(
                session,
                ask,
                caller,
                lambda: certifications.certify(session, self._seals, ask, account_id, caller, now, today),
                again=lambda: certifications.page(session, self._seals, ask.family_id, account_id, today),
            )

    @answers(ListUncertified)
    def list_uncertified(self, ask: ListUncertified, caller: Caller) -> UncertifiedPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return uncertified.list_uncertified(session, ask, self._paris_day)

    @every(seconds=600)
    def remind_to_certify(self) -> None:
        """Some families at a time, each in the transaction of its mails."""
        while True:
            with self.begin() as session:
                if not certification_reminders.remind(session, self.site, self.clock.now(), self._paris_day):
                    return

    @property
    def _paris_day(self) -> date:
        return self.clock.now().astimezone(PARIS).date()

    @property
    def _seals(self) -> Seal:
        """What closes health also closes what is certified, under a key of its own."""
        return Seal(self.settings.need("health_key"), "health")
