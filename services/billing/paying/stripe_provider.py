"""Stripe Checkout behind the port. This file and stripe_books.py alone know Stripe.

A client of our own, with a timeout of ten seconds (the SDK's is eighty), no global key, and our payment's id as
idempotency key. Signatures are checked on the raw bytes and against real time, whatever the town's clock says.
"""

import json
from datetime import timedelta
from typing import Any

import stripe
from stripe.params.checkout import SessionCreateParams

from billing.paying.provider import (
    Concern,
    ForgedNotification,
    Opened,
    Order,
    Progress,
    Seen,
    Terms,
    Told,
)
from billing.paying.stripe_books import KEY_PAYMENT, StripeBooks, translated, uuid_of

TIMEOUT_SECONDS = 10
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in euros.
TERMS = Terms(least_cents=50, most_cents=99_999_999, open_for=timedelta(minutes=60))


class StripeProvider(StripeBooks):
    """Hosted Checkout Sessions in mode `payment`, card only."""

    name = "stripe"
    terms = TERMS

    def __init__(self, key: str, url: str, webhook_secret: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": url},
            http_client=stripe.RequestsClient(timeout=timeout),
            max_network_retries=1,
        )

    def open(self, order: Order) -> Opened:
        """A Checkout Session. No e-mail is given: the page belongs to the family, not to one guardian."""
        metadata = {KEY_PAYMENT: str(order.payment_id)}
        params: SessionCreateParams = {
            "mode": "payment",
            "allowed_payment_method_types": ["card"],
            "locale": "fr",
            "client_reference_id": str(order.payment_id),
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": order.title},
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "expires_at": int(order.expires_at.timestamp()),
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.currency,
                        "unit_amount": order.amount_cents,
                        "product_data": {"name": order.title, "description": order.detail},
                    },
                }
            ],
        }
        key = f"checkout-{order.payment_id}"
        try:
            session = self._client.v1.checkout.sessions.create(params, {"idempotency_key": key})
        except stripe.StripeError as problem:
            raise translated(problem) from problem
        return Opened(session.id, session.url or "")

    def look(self, reference: str, _age: timedelta, /) -> Seen:
        """The session as it is now, with the intent behind it; Stripe itself minds its age."""
        try:
            session = self._client.v1.checkout.sessions.retrieve(reference)
        except stripe.StripeError as problem:
            raise translated(problem) from problem
        return _seen(session)

    def expire(self, reference: str, age: timedelta, /) -> Seen:
        """Expires an open session; one that is no longer open is simply looked at."""
        try:
            return _seen(self._client.v1.checkout.sessions.expire(reference))
        except stripe.InvalidRequestError:
            return self.look(reference, age)
        except stripe.StripeError as problem:
            raise translated(problem) from problem

    def read(self, body: bytes, signature: str) -> Told:
        """Checks `Stripe-Signature` over the bytes, five minutes of tolerance."""
        try:
            self._client.construct_event(body, signature, self._webhook_secret)
            return self.reread(body)
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError) as problem:
            raise ForgedNotification(str(problem)) from problem

    def reread(self, body: bytes) -> Told:
        """What an event is about. Unknown types concern nothing."""
        event = json.loads(body)
        subject: dict[str, Any] = event["data"]["object"]
        kind: str = event["type"]
        metadata = subject.get("metadata") or {}
        is_session = subject.get("object") == "checkout.session"
        intent = (
            subject.get("id") if subject.get("object") == "payment_intent" else subject.get("payment_intent")
        )
        return Told(
            event_id=str(event["id"]),
            kind=kind,
            concern=_concern(kind),
            reference=str(subject["id"]) if is_session else "",
            proof=intent if isinstance(intent, str) else "",
            payment_id=uuid_of(metadata.get(KEY_PAYMENT) or subject.get("client_reference_id")),
            amount_cents=subject.get("amount_refunded")
            or subject.get("amount_total")
            or subject.get("amount"),
            currency=subject.get("currency") or "",
            subject=str(subject.get("id") or ""),
        )


def _concern(kind: str) -> Concern:
    if kind.startswith(("checkout.session.", "payment_intent.")):
        return Concern.PAYMENT
    if kind.startswith("charge.dispute."):
        return Concern.DISPUTE
    return Concern.REFUND if kind.startswith(("refund.", "charge.refund")) else Concern.NOTHING


def _seen(session: stripe.checkout.Session) -> Seen:
    progress = Progress.OPEN
    if session.payment_status in {"paid", "no_payment_required"}:
        progress = Progress.PAID
    elif session.status == "expired":
        progress = Progress.EXPIRED
    elif session.status == "complete":
        progress = Progress.CONFIRMING
    intent = session.payment_intent
    return Seen(
        progress=progress,
        amount_cents=session.amount_total or 0,
        currency=session.currency or "",
        proof=intent if isinstance(intent, str) else "",
    )
