"""Billing: everything kept of who asks."""

from contracts.messages import Question
from contracts.records import Records


class BillingRecords(Question[Records]):
    """`invoices` with their lines, `payments`, `balance_cents` of the caller's families; their `mandates`. Citizens."""
