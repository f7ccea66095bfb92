"""Stripe's refunds, disputes and lists, behind the port of card_books.py: a part of stripe_provider.py."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import stripe

from billing.paying.card_books import (
    ChargeSeen,
    DisputeProgress,
    DisputeSeen,
    Movements,
    RefundOrder,
    RefundProgress,
    RefundSeen,
)
from billing.paying.provider import ProviderRefused, ProviderUnreachable

KEY_PAYMENT = "payment_id"
KEY_REFUND = "refund_id"
_PAGE = 100

_DISPUTES = {
    "warning_needs_response": DisputeProgress.INQUIRY,
    "warning_under_review": DisputeProgress.INQUIRY,
    "warning_closed": DisputeProgress.CLOSED,
    "prevented": DisputeProgress.CLOSED,
    "needs_response": DisputeProgress.OPEN,
    "under_review": DisputeProgress.OPEN,
    "won": DisputeProgress.WON,
    "lost": DisputeProgress.LOST,
}
"""https://docs.stripe.com/api/disputes/object: `warning_…` are inquiries, for which no money was withdrawn."""


class StripeBooks:
    """What `StripeProvider` can do beyond its pages."""

    _client: stripe.StripeClient

    def refund(self, order: RefundOrder) -> RefundSeen:
        """A Refund of the intent; its key is ours, so that a retry gives the first one back."""
        params: stripe.params.RefundCreateParams = {
            "payment_intent": order.proof,
            "amount": order.amount_cents,
            "metadata": {KEY_REFUND: str(order.refund_id)},
        }
        try:
            made = self._client.v1.refunds.create(params, {"idempotency_key": f"refund-{order.refund_id}"})
        except stripe.StripeError as problem:
            raise translated(problem) from problem
        return _refund(made)

    def refunds_of(self, proof: str) -> list[RefundSeen]:
        """All refunds of an intent."""
        try:
            found = self._client.v1.refunds.list({"payment_intent": proof, "limit": _PAGE})
            return [_refund(each) for each in found.auto_paging_iter()]
        except stripe.StripeError as problem:
            raise translated(problem) from problem

    def look_at_dispute(self, reference: str) -> DisputeSeen:
        """The dispute as it is now."""
        try:
            return _dispute(self._client.v1.disputes.retrieve(reference))
        except stripe.StripeError as problem:
            raise translated(problem) from problem

    def movements(self, since: datetime, until: datetime) -> Movements:
        """Charges that succeeded, refunds and disputes created in the span, page after page."""
        begins, ends = int(since.timestamp()), int(until.timestamp())
        try:
            charges = self._client.v1.charges.list({"created": {"gte": begins, "lt": ends}, "limit": _PAGE})
            refunds = self._client.v1.refunds.list({"created": {"gte": begins, "lt": ends}, "limit": _PAGE})
            disputes = self._client.v1.disputes.list({"created": {"gte": begins, "lt": ends}, "limit": _PAGE})
            return Movements(
                list(_charges(charges.auto_paging_iter())),
                [_refund(each) for each in refunds.auto_paging_iter()],
                [_dispute(each) for each in disputes.auto_paging_iter()],
            )
        except stripe.StripeError as problem:
            raise translated(problem) from problem


def uuid_of(text: object) -> UUID | None:
    """An id of ours that came back, if it is one."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def translated(problem: stripe.StripeError) -> Exception:
    """Refusals are final; silence, overload, a fault of Stripe and a wrong key (an installation's) are not."""
    final = (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError)
    return (ProviderRefused if isinstance(problem, final) else ProviderUnreachable)(str(problem))


def _charges(listed: Iterator[stripe.Charge]) -> Iterator[ChargeSeen]:
    for charge in listed:
        if charge.status == "succeeded" and charge.captured:
            yield ChargeSeen(
                proof=_id(charge.payment_intent),
                payment_id=_ours(charge.metadata, KEY_PAYMENT),
                amount_cents=charge.amount_captured,
                currency=charge.currency,
            )


def _refund(refund: stripe.Refund) -> RefundSeen:
    failed = refund.status in {"failed", "canceled"}
    return RefundSeen(
        reference=refund.id,
        proof=_id(refund.payment_intent),
        refund_id=_ours(refund.metadata, KEY_REFUND),
        amount_cents=refund.amount,
        currency=refund.currency,
        progress=RefundProgress.FAILED if failed else RefundProgress.DONE,
        problem=(getattr(refund, "failure_reason", None) or refund.status or "") if failed else "",
    )


def _dispute(dispute: stripe.Dispute) -> DisputeSeen:
    due_by = dispute.evidence_details.due_by if dispute.evidence_details else None
    return DisputeSeen(
        reference=dispute.id,
        proof=_id(dispute.payment_intent),
        amount_cents=dispute.amount,
        currency=dispute.currency,
        # A status that Stripe adds one day is shown to an agent and moves nothing.
        progress=_DISPUTES.get(dispute.status, DisputeProgress.INQUIRY),
        reason=dispute.reason,
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )


def _ours(metadata: object, key: str) -> UUID | None:
    return uuid_of(getattr(metadata, key, None))


def _id(thing: object) -> str:
    return thing if isinstance(thing, str) else str(getattr(thing, "id", "") or "")
