"""Consents: guardians answer, the administration publishes."""

from accounts.entries.desk import Desk
from accounts.yearly import consent_texts, consents
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.consents import (
    AnswerConsents,
    CloseConsentKind,
    ConsentKindView,
    ListConsentKinds,
    MyConsents,
    MyConsentsView,
    OpenConsentKind,
    PublishConsentText,
)
from contracts.caller import Caller, Role


class ConsentDesk(Desk):
    """Consents: guardians answer, the administration publishes."""

    @answers(MyConsents)
    def my_consents(self, ask: MyConsents, caller: Caller) -> MyConsentsView:
        account_id = caller.citizen()
        with self.begin() as session:
            return consents.my_consents(session, account_id)

    @answers(AnswerConsents)
    def answer_consents(self, ask: AnswerConsents, caller: Caller) -> MyConsentsView:
        account_id, now = caller.citizen(), self.clock.now()
        with self.begin() as session:
            return once(session, ask, caller, lambda: consents.answer(session, ask, account_id, caller, now))

    @answers(ListConsentKinds)
    def list_consent_kinds(self, ask: ListConsentKinds, caller: Caller) -> list[ConsentKindView]:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return consent_texts.list_kinds(session)

    @answers(OpenConsentKind)
    def open_consent_kind(self, ask: OpenConsentKind, caller: Caller) -> str:
        caller.staff(Role.ADMINISTRATION)
        now = self.clock.now()
        with self.begin() as session:
            return once(session, ask, caller, lambda: consent_texts.open_kind(session, ask, caller, now))

    @answers(PublishConsentText)
    def publish_consent_text(self, ask: PublishConsentText, caller: Caller) -> int:
        caller.staff(Role.ADMINISTRATION)
        now = self.clock.now()
        with self.begin() as session:
            return once(session, ask, caller, lambda: consent_texts.publish(session, ask, caller, now))

    @answers(CloseConsentKind)
    def close_consent_kind(self, ask: CloseConsentKind, caller: Caller) -> None:
        caller.staff(Role.ADMINISTRATION)
        now = self.clock.now()
        with self.begin() as session:
            once(session, ask, caller, lambda: consent_texts.close(session, ask.code, now))
