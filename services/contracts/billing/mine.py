"""Billing: everything kept of who asks."""

from contracts.messages import Question
from contracts.records import Records


class BillingRecords(Question[Records]):
    """`invoices` with their lines, `payments`, letters about late ones (`reminders`), `reprieves` and `balance_cents`
    of the caller's families; their `mandates`. Citizens.
    """
