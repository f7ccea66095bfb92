"""Billing: refusals."""

from contracts.errors import Conflict, DomainError, Invalid, NotFound


class NothingToPay(Conflict):
    """The invoice is settled, or is a credit note."""

    code = "nothing_to_pay"


class SelectionChanged(Conflict):
    """Of several invoices to pay together, one is settled by now."""

    code = "selection_changed"


class SeveralFamilies(Invalid):
    """Invoices of different families, or funds, cannot be paid together."""

    code = "several_families"


class PartialPaymentClosed(Conflict):
    """The fund takes each invoice whole."""

    code = "partial_payment_closed"


class PartOutOfBounds(Invalid):
    """A part is at least `least` and at most `most` (in words)."""

    code = "part_out_of_bounds"


class NotRefundable(Conflict):
    """Nothing of this payment is left to give back: it was not received, or was given back already."""

    code = "not_refundable"


class RefundTooHigh(Invalid):
    """More than is left of the payment. `most` (in words)."""

    code = "refund_too_high"


class PaymentDisputed(Conflict):
    """The payer contests it at the bank: giving it back too would give it back twice."""

    code = "payment_disputed"


class MoreThanOwed(Invalid):
    """More is given than is owed: the change goes back, it is not taken. `most` (in words)."""

    code = "more_than_owed"


class CesuForCareOnly(Invalid):
    """CESU pays child care, not food. `most` (in words): what it may pay here."""

    code = "cesu_for_care_only"


class NothingToDeposit(Conflict):
    """The till holds nothing of that kind: another agent made the slip."""

    code = "nothing_to_deposit"


class RefundWholeOnly(Invalid):
    """A cheque, a CESU or a voucher that is still in the till goes back whole. `whole` (in words)."""

    code = "refund_whole_only"


class PaymentUnderway(Conflict):
    """Another payment of the same invoice is being made at this very moment."""

    code = "payment_underway"


class OnlinePaymentClosed(Conflict):
    """The date until which it could be paid online has passed. `until`."""

    code = "online_payment_closed"


class AmountOutOfBounds(Conflict):
    """The provider takes no such sum. `least_cents`, `most_cents`: what it takes."""

    code = "amount_out_of_bounds"


class ProviderAway(DomainError):
    """The payment service does not answer; nothing was taken."""

    code = "provider_away"


class SignatureRefused(Invalid):
    """A notification that the provider did not sign."""

    code = "signature_refused"


class SheetsNotCounted(Conflict):
    """Enrolment was asked to count the month's sheets; its answer has not come yet."""

    code = "sheets_not_counted"


class SheetsDiffer(Conflict):
    """`sheets` sheets are not in billing as enrolment counted them."""

    code = "sheets_differ"


class RunNotChecked(Conflict):
    """A run is published after it was checked. `state`."""

    code = "run_not_checked"


class RunOpen(Conflict):
    """Another run is open: publish or discard it first. `month`."""

    code = "run_open"


class FundExists(Conflict):
    """Another fund has that code."""

    code = "fund_exists"


class FundMonthBilled(Conflict):
    """That month was billed: what bills where changes from `first` on."""

    code = "fund_month_billed"


class RunContested(Conflict):
    """Lines of the draft are contested or waived, or absences reported, since it was made. `children`: lines."""

    code = "run_contested"


class MonthNotBegun(Invalid):
    """Nothing of that month can be due yet."""

    code = "month_not_begun"


class RunNotFound(NotFound):
    """No such run."""

    code = "run_not_found"


class TariffFromThePast(Invalid):
    """Dates beyond what can be corrected (more than a year ago)."""

    code = "tariff_from_the_past"


class TariffDraftNotFound(NotFound):
    """It was published or thrown away, or never was."""

    code = "tariff_draft_not_found"


class TariffDraftChanged(Conflict):
    """Somebody saved the draft since it was shown. `by`: their name."""

    code = "tariff_draft_changed"


class RefundNotSeen(Conflict):
    """The provider's list has no such refund, or not one that was made."""

    code = "refund_not_seen"


class ChequeNotDeposited(Conflict):
    """No cheque, or one that is still in the till: it goes back over the counter."""

    code = "cheque_not_deposited"


class ChequeBounced(Conflict):
    """Another agent noted already that it came back."""

    code = "cheque_bounced"


class AllowanceOverlaps(Conflict):
    """The family has the same for these children, activities and days. `name`, `since`, `until`."""

    code = "allowance_overlaps"


class AllowanceOver(Conflict):
    """It was ended already."""

    code = "allowance_over"


class TreasuryTermsMissing(Conflict):
    """Nobody has said yet who tells the Treasury of this fund's claims."""

    code = "treasury_terms_missing"


class NothingToTell(Conflict):
    """Nothing is to be told to the Treasury: another file may have just been made."""

    code = "nothing_to_tell"


class CannotContestLine(Conflict):
    """Days of a line that may not be contested. `why`: `too_late`, `open`, `answered`, `credited`; `until`."""

    code = "cannot_contest_line"


class LineObjectionChanged(Conflict):
    """It was answered or withdrawn meanwhile. `by`: who did."""

    code = "line_objection_changed"


class NothingBilled(Conflict):
    """The days are not billed any more: a later paper took them back."""

    code = "nothing_billed"


class NothingCorrected(Conflict):
    """By what is known today the days cost what they were billed: nothing was corrected."""

    code = "nothing_corrected"


class OnlinePaymentAbsent(Conflict):
    """The town has set nobody up to take this fund's money online."""

    code = "online_payment_absent"


class CollectionUnderway(Conflict):
    """The invoice will be collected by direct debit."""

    code = "collection_underway"


class DebitNotOffered(Conflict):
    """The fund does not collect by direct debit."""

    code = "debit_not_offered"


class MandateExists(Conflict):
    """The family has an active mandate for the fund already."""

    code = "mandate_exists"


class MandateOver(Conflict):
    """The mandate was ended before."""

    code = "mandate_over"


class MandateNotResumable(Conflict):
    """The bank's reason holds for this account, or who signed has left the family: it takes a new mandate."""

    code = "mandate_not_resumable"


class CollectionDateRefused(Invalid):
    """No collection on that date. `earliest` (in words): the first that can be."""

    code = "collection_date_refused"


class NothingToCollect(Conflict):
    """No family with an active mandate owes anything by that date that is not being paid otherwise."""

    code = "nothing_to_collect"


class CollectionClosed(Conflict):
    """The collection was sent to the bank, or given up."""

    code = "collection_closed"


class CollectionTooLate(Conflict):
    """The bank takes no file for that date any more. `until` (in words): the last day."""

    code = "collection_too_late"


class RejectRefused(Conflict):
    """This debit was not sent to the bank, or came back already."""

    code = "reject_refused"
