"""Entry points of the cash book: payments found, differences settled, notifications tried again."""

from billing.paying import cashbook
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.runs import (
    DifferenceView,
    FindNotifications,
    FindPayments,
    NotificationPage,
    NotificationView,
    PaymentPage,
    ResolveDifference,
    RetryNotification,
)
from contracts.caller import Caller, Role


class CashDesk(Service):
    """What the office does about payments."""

    @answers(FindPayments)
    def find_payments(self, ask: FindPayments, caller: Caller) -> PaymentPage:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return cashbook.find_payments(session, ask)

    @answers(ResolveDifference)
    def resolve_difference(self, ask: ResolveDifference, caller: Caller) -> DifferenceView:
        by = caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, lambda: cashbook.resolve(session, ask, by, self.clock.now()))

    @answers(FindNotifications)
    def find_notifications(self, ask: FindNotifications, caller: Caller) -> NotificationPage:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return cashbook.find_notifications(session, parked=ask.parked)

    @answers(RetryNotification)
    def retry_notification(self, ask: RetryNotification, caller: Caller) -> NotificationView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, lambda: cashbook.retry(session, ask.event_id))
