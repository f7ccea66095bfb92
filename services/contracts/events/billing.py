"""What billing tells: invoices and payments."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.events.event import Event
from contracts.messages import View


class InvoicePublished(Event):
    """A family's invoice of a month can be read and paid."""

    name = "invoice.published"
    told_by = "billing"

    invoice_id: UUID
    number: str
    family_id: UUID
    fund: str
    month: date = Field(description="First day of the month of consumption")
    total_cents: int
    due_on: date
    kind: str = Field(default="invoice", description="`invoice`, or `credit_note` with a negative total")
    left_cents: int | None = Field(
        default=None, description="Still to pay once earlier credits are taken off"
    )
    pay_online_until: date | None = None
    fund_name: str = Field(
        default="", description="Where several funds bill: each has its own invoice a month"
    )


class PaidPart(View):
    """What of a payment goes to one invoice."""

    invoice_id: UUID
    invoice_number: str
    amount_cents: int


class RunDrafted(Event):
    """A month's run was worked out: whoever holds the sheets is asked to count them."""

    name = "run.drafted"
    told_by = "billing"

    run_id: UUID
    month: date = Field(description="First day of the month")


class SheetsMissed(Event):
    """Billing's copy of these sheets is not what was counted: they are to be told again."""

    name = "sheets.missed"
    told_by = "billing"

    run_id: UUID
    session_ids: list[UUID]


class FamiliesMissed(Event):
    """Billing keeps more of a family than these were told with: they are to be told again."""

    name = "families.missed"
    told_by = "billing"

    family_ids: list[UUID]


class PaymentReceived(Event):
    """Money arrived. The receipt is due (CRPA L112-11). `invoice_id`: the oldest invoice it pays; `parts`: all."""

    name = "payment.received"
    told_by = "billing"

    payment_id: UUID
    invoice_id: UUID
    invoice_number: str
    family_id: UUID
    account_id: UUID | None
    amount_cents: int
    method: str = "card"
    receipt_number: str = ""
    parts: list[PaidPart] = Field(default=[], description="The oldest invoice first")
    over_cents: int = Field(
        default=0, description="Of it, more than was owed by then: a credit of the family's"
    )


class PaymentFailed(Event):
    """A payment was tried and did not happen; nothing was taken."""

    name = "payment.failed"
    told_by = "billing"

    payment_id: UUID
    invoice_id: UUID
    family_id: UUID
    account_id: UUID | None
    reason: str


class RefundMade(Event):
    """Money of a payment is given back. `way`: `provider` (to the card), `counter` or `treasury` (by transfer)."""

    name = "refund.made"
    told_by = "billing"

    refund_id: UUID
    payment_id: UUID
    family_id: UUID
    account_id: UUID | None
    amount_cents: int
    way: str
    receipt_number: str = Field(description="Of the payment")
    parts: list[PaidPart] = Field(
        default=[], description="By how much the family owes more, or has less to its credit, and on what"
    )


class RefundFailed(Event):
    """Money that was to go back did not arrive: `refund.made` is undone."""

    name = "refund.failed"
    told_by = "billing"

    refund_id: UUID
    payment_id: UUID
    family_id: UUID
    amount_cents: int


class PaymentDisputed(Event):
    """The payer's bank has taken a payment back from the town (`open`), for good (`lost`), or returned it (`won`)."""

    name = "payment.disputed"
    told_by = "billing"

    payment_id: UUID
    family_id: UUID
    amount_cents: int
    state: str = Field(description="`open`, `won` or `lost`")


class PaymentBounced(Event):
    """The bank sent a cheque back after it was deposited: what it had settled is due again."""

    name = "payment.bounced"
    told_by = "billing"

    payment_id: UUID
    family_id: UUID
    amount_cents: int
    receipt_number: str = Field(description="Of the payment")
    parts: list[PaidPart] = Field(description="By how much the family owes more, and on what")


class AllowanceGranted(Event):
    """The town grants a family a reduction or an aid. Why is between the two of them, and in no fact.

    Nor is a reduction's name, which may say something of health (a lunch box for a child with a PAI).
    """

    name = "allowance.granted"
    told_by = "billing"

    allowance_id: UUID
    family_id: UUID
    kind: str = Field(description="`reduction` or `aid`")
    label: str = Field(description="Of an aid, as printed on the invoice; empty for a reduction")
    child_name: str = Field(description="Empty: every child of the family")
    activity_name: str = Field(description="Empty: every activity")
    cap_cents: int | None
    cap_days: int | None
    since: date
    until: date | None = Field(description="Included")


class AllowanceEnded(Event):
    """An allowance ends before its date. `until` before `since`: it was taken back whole."""

    name = "allowance.ended"
    told_by = "billing"

    allowance_id: UUID
    family_id: UUID
    kind: str = Field(description="`reduction` or `aid`")
    label: str = Field(description="Of an aid; empty for a reduction")
    since: date
    until: date = Field(description="The last day, included")


class MandateSigned(Event):
    """A family lets a fund collect what it owes from an account (SEPA direct debit)."""

    name = "mandate.signed"
    told_by = "billing"

    mandate_id: UUID
    reference: str = Field(description="Unique mandate reference (RUM)")
    family_id: UUID
    account_id: UUID
    fund: str
    creditor_id: str = Field(description="SEPA creditor identifier (ICS)")
    iban_end: str = Field(description="The last four signs of the account's number")
    notice_days: int = Field(description="Each debit is announced so many days before")


class MandateEnded(Event):
    """Nothing is collected under the mandate any more. `state`: `revoked`, `lapsed`; `suspended`: it was the bank's."""

    name = "mandate.ended"
    told_by = "billing"

    mandate_id: UUID
    reference: str
    family_id: UUID
    account_id: UUID
    state: str
    reason: str = Field(
        default="", description="`by_town`, `left_family`, `unused`, a bank's code; empty: the signer"
    )


class MandateResumed(Event):
    """A mandate that a reject had suspended serves again."""

    name = "mandate.resumed"
    told_by = "billing"

    mandate_id: UUID
    reference: str
    family_id: UUID
    account_id: UUID
    fund: str
    iban_end: str
    notice_days: int
    by_town: bool = Field(description="An agent did it for the signer")


class DebitAnnounced(Event):
    """What will be collected, and when: the pre-notification that the SEPA rulebook asks for."""

    name = "debit.announced"
    told_by = "billing"

    payment_id: UUID
    family_id: UUID
    account_id: UUID | None
    fund: str
    amount_cents: int
    collect_on: date
    mandate_reference: str
    creditor_id: str
    iban_end: str
    parts: list[PaidPart] = Field(description="The oldest invoice first")
    contested_cents: int = Field(
        default=0, description="Of these invoices, not taken before the town has answered"
    )


class DebitWithdrawn(Event):
    """An announced debit will not happen. `reason`: `nothing_left`, `contested`, `mandate_ended`, `cancelled`."""

    name = "debit.withdrawn"
    told_by = "billing"

    payment_id: UUID
    family_id: UUID
    account_id: UUID | None
    amount_cents: int
    collect_on: date
    reason: str
    parts: list[PaidPart]


class DebitRejected(Event):
    """The bank sent a debit back: what it paid is due again. `code`: why (ISO 20022: AM04, MD01 …)."""

    name = "debit.rejected"
    told_by = "billing"

    payment_id: UUID
    family_id: UUID
    account_id: UUID | None
    amount_cents: int
    collect_on: date
    mandate_reference: str
    code: str
    suspended: bool = Field(description="The mandate cannot serve any more")
    receipt_number: str = Field(default="", description="Of the receipt that is void; empty: none was given")
    parts: list[PaidPart]


class BillConsulted(Event):
    """An agent opened a family's invoice or receipt. Told for the record of accesses."""

    name = "bill.consulted"
    told_by = "billing"

    family_id: UUID
    agent_id: UUID
    agent_name: str
    detail: str = Field(description="What was opened, in French: « Facture 2026-000123 »")


class ClaimsExported(Event):
    """A file for the town's accountant was made: claims to collect, or what lowers claims told before."""

    name = "claims.exported"
    told_by = "billing"

    export_id: UUID
    fund: str
    kind: str = Field(description="`claims` or `reductions`")
    number: int = Field(description="Of the bordereau or of the rôle")
    pieces: int
    total_cents: int


class LineObjectionFact(View):
    """What the facts of an objection against a line of an invoice have in common."""

    objection_id: UUID
    invoice_id: UUID
    invoice_number: str
    family_id: UUID
    account_id: UUID | None = Field(description="The guardian who contests; none once the account is closed")
    child_name: str
    activity_name: str
    days: list[date]
    cents: int = Field(description="What is contested")


class InvoiceLineContested(LineObjectionFact, Event):
    """A family contests days of a line: they stay due, and nobody is dunned for them before the answer."""

    name = "invoice_line.contested"
    told_by = "billing"

    reason: str = Field(description="`not_there`, `cancelled_in_time`, `wrong_price` or `other`")
    answer_before: date = Field(description="Without an answer by then it counts as refused (CRPA L231-4)")


class InvoiceLineAnswered(LineObjectionFact, Event):
    """The office answered an objection. `given_cents`: what the family gets back, now or on the next invoice."""

    name = "invoice_line.answered"
    told_by = "billing"

    outcome: str = Field(description="`waived`, `repriced` or `explained`")
    given_cents: int
    credit_note_number: str = Field(default="", description="Empty: none, or the next run's")
    answer: str = ""


class InvoiceLineObjectionWithdrawn(LineObjectionFact, Event):
    """The family takes an objection back."""

    name = "invoice_line.objection_withdrawn"
    told_by = "billing"


class RemindedInvoice(View):
    """A late invoice that a letter asks for. `cents`: what is left of it."""

    invoice_id: UUID
    number: str
    month: date
    due_on: date
    cents: int


class ReminderSent(Event):
    """A family was written to about late invoices. It never closes anything to a child: nobody has to act on it.

    `step`: 1 reminder, 2 firmer reminder, 3 last one, 4 handed on to the Treasury.
    """

    name = "reminder.sent"
    told_by = "billing"

    reminder_id: UUID
    family_id: UUID
    step: int
    subject: str
    paragraphs: list[str] = Field(description="The letter, in the town's words")
    promise: str = Field(description="That nothing is closed to the children: in every letter")
    total_cents: int
    invoices: list[RemindedInvoice] = Field(description="The oldest first")
