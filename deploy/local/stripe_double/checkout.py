"""What happens to a session: opened, tried with a card, paid, expired, refunded. Each step makes its events."""

import time
from dataclasses import dataclass
from typing import Any

from deploy.local.stripe_double import objects
from deploy.local.stripe_double.deliveries import Deliveries
from deploy.local.stripe_double.errors import invalid, missing
from deploy.local.stripe_double.store import Store

Json = dict[str, Any]
_SHORTEST, _LONGEST = 30 * 60, 24 * 3600


@dataclass(frozen=True)
class Card:
    """A test card. `decline_code` empty: the bank accepts."""

    number: str
    label: str
    brand: str = "visa"
    decline_code: str = ""

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS = (
    Card("4242424242424242", "Paiement accepté"),
    Card("4000000000000002", "Carte refusée par la banque", decline_code="generic_decline"),
    Card("4000000000009995", "Provision insuffisante", decline_code="insufficient_funds"),
    Card("4000000000000069", "Carte expirée", decline_code="expired_card"),
)
_BY_NUMBER = {card.number: card for card in CARDS}


@dataclass
class Checkout:
    """The till: objects in the store, events to the deliveries."""

    store: Store
    deliveries: Deliveries

    def open(self, given: Json, *, base_url: str, key: str | None) -> Json:
        """A new session. Raises StripeProblem 400 on what Stripe would refuse."""
        amount = _check(given)
        now = int(time.time())
        expires_at = int(given.get("expires_at") or now + _LONGEST)
        if not now + _SHORTEST - 60 <= expires_at <= now + _LONGEST + 60:
            raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours.", "expires_at")
        identifier = objects.new_id("cs_test", 58)
        session = objects.checkout_session(
            identifier, given, amount=amount, url=f"{base_url}/c/pay/{identifier}", expires_at=expires_at
        )
        with self.store.transaction():
            self.store.put(session)
            self.store.put(
                {"id": f"given_{identifier}", "object": "given", "created": now, "body": given, "key": key}
            )
        return session

    def session(self, identifier: str) -> Json:
        """The session as it is now (expired when its time has come). Raises StripeProblem 404."""
        session = self.store.get("checkout.session", identifier)
        if session is None:
            raise missing("checkout.session", identifier)
        if session["status"] == "open" and session["expires_at"] <= time.time():
            return self.expire(identifier)
        return session

    def given(self, identifier: str) -> Json:
        """What the merchant sent when it opened the session."""
        kept = self.store.get("given", f"given_{identifier}")
        return kept["body"] if kept else {}

    def expire(self, identifier: str) -> Json:
        """Closes an open session. Raises StripeProblem 400 when it is not open."""
        with self.store.transaction():
            session = self.store.get("checkout.session", identifier)
            if session is None:
                raise missing("checkout.session", identifier)
            if session["status"] != "open":
                raise invalid(
                    'Only Checkout Sessions with a status in ["open"] can be expired.'
                    f" This Checkout Session has a status of {session['status']}."
                )
            session |= {"status": "expired", "url": None}
            self.store.put(session)
            self._tell("checkout.session.expired", session)
        return session

    def pay(self, identifier: str, number: str, email: str = "") -> tuple[Json, str]:
        """Tries a card: (session, decline code or ""). Raises StripeProblem when the session is not open."""
        card = _BY_NUMBER.get("".join(number.split()))
        if card is None:
            raise invalid("Your card number is incorrect.", "number", "incorrect_number")
        with self.store.transaction():
            session = self.session(identifier)
            if session["status"] != "open":
                raise invalid("This Checkout Session is no longer open.", code="session_not_open")
            intent = self._intent(session)
            charge = objects.charge(
                intent, last4=card.last4, brand=card.brand, decline_code=card.decline_code
            )
            self.store.put(charge)
            intent["latest_charge"] = charge["id"]
            if card.decline_code:
                self._declined(intent, charge, card)
                return session, card.decline_code
            intent |= {
                "amount_received": intent["amount"],
                "status": "succeeded",
                "payment_method": charge["payment_method"],
                "last_payment_error": None,
            }
            self.store.put(intent)
            session |= {
                "status": "complete",
                "payment_status": "paid",
                "payment_intent": intent["id"],
                "url": None,
            }
            session["customer_details"] = session["customer_details"] or {
                "email": email or None,
                "name": None,
                "phone": None,
                "address": None,
                "tax_exempt": "none",
                "tax_ids": None,
            }
            self.store.put(session)
            self._tell("charge.succeeded", charge)
            self._tell("payment_intent.succeeded", intent)
            self._tell("checkout.session.completed", session)
        return session, ""

    def refund(self, given: Json, key: str | None) -> Json:
        """Gives money back, whole or in part. Raises StripeProblem on more than was taken."""
        with self.store.transaction():
            charge = self._charge_of(given)
            left = charge["amount_captured"] - charge["amount_refunded"]
            amount = int(given.get("amount") or left)
            if left <= 0:
                raise invalid(
                    f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
                )
            if not 0 < amount <= left:
                raise invalid(
                    f"Refund amount ({amount}) is greater than unrefunded amount ({left})", "amount"
                )
            refund = objects.refund(
                charge, amount=amount, reason=given.get("reason"), metadata=given.get("metadata") or {}
            )
            charge["amount_refunded"] += amount
            charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
            self.store.put(refund)
            self.store.put(charge)
            self._tell("refund.created", refund, key)
            self._tell("charge.refunded", charge, key)
        return refund

    def fail_refund(self, identifier: str) -> Json:
        """The money of a refund comes back. Raises StripeProblem 404."""
        with self.store.transaction():
            refund = self.store.get("refund", identifier)
            if refund is None:
                raise missing("refund", identifier)
            refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
            self.store.put(refund)
            self._tell("refund.failed", refund)
        return refund

    def dispute(self, session_id: str, status: str) -> Json:
        """The payer of a session goes to the bank (`needs_response`), or the bank decides. Raises StripeProblem 404."""
        with self.store.transaction():
            session = self.session(session_id)
            charge = self._charge_of({"payment_intent": session["payment_intent"]})
            known = [each for each in self.store.newest_first("dispute") if each["charge"] == charge["id"]]
            dispute = known[0] if known else objects.dispute(charge, status=status, reason="fraudulent")
            dispute["status"] = status
            charge["disputed"] = True
            self.store.put(charge)
            self.store.put(dispute)
            over = status in {"won", "lost", "warning_closed"}
            kind = "closed" if over else "updated" if known else "created"
            self._tell(f"charge.dispute.{kind}", dispute)
        return dispute

    def _intent(self, session: Json) -> Json:
        for intent in self.store.newest_first("payment_intent"):
            if intent.get("_session") == session["id"]:
                return intent
        intent = objects.payment_intent(session, self.given(session["id"]).get("payment_intent_data") or {})
        intent["_session"] = session["id"]
        return intent

    def _declined(self, intent: Json, charge: Json, card: Card) -> None:
        intent["last_payment_error"] = {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": card.decline_code,
            "charge": charge["id"],
            "message": "Your card was declined.",
        }
        intent["status"] = "requires_payment_method"
        self.store.put(intent)
        self._tell("charge.failed", charge)
        self._tell("payment_intent.payment_failed", intent)

    def _charge_of(self, given: Json) -> Json:
        identifier = given.get("charge")
        if given.get("payment_intent"):
            intent = self.store.get("payment_intent", given["payment_intent"])
            if intent is None:
                raise missing("payment_intent", given["payment_intent"])
            identifier = intent["latest_charge"]
        if not identifier:
            raise invalid("One of the following params should be provided: payment_intent or charge.")
        charge = self.store.get("charge", identifier)
        if charge is None or not charge["paid"]:
            raise invalid("This PaymentIntent does not have a successful charge to refund.")
        return charge

    def _tell(self, kind: str, subject: Json, key: str | None = None) -> None:
        shown = {name: value for name, value in subject.items() if not name.startswith("_")}
        event = self.store.put(objects.event(kind, shown, request_id=objects.new_id("req", 14), key=key))
        self.deliveries.schedule(event["id"])


_KNOWN = {
    "allow_promotion_codes", "automatic_tax", "billing_address_collection", "cancel_url", "client_reference_id",
    "consent_collection", "currency", "custom_text", "customer_creation", "customer_email", "expand", "expires_at",
    "line_items", "locale", "metadata", "mode", "origin_context", "payment_intent_data", "payment_method_options",
    "allowed_payment_method_types", "excluded_payment_method_types",
    "branding_settings", "phone_number_collection", "submit_type", "success_url", "ui_mode",
}  # fmt: skip


def _check(given: Json) -> int:
    """The total, in the smallest unit. Raises StripeProblem 400."""
    for name in given:
        if name not in _KNOWN:
            raise invalid(f"Received unknown parameter: {name}", name, "parameter_unknown")
    if given.get("mode") != "payment":
        raise invalid("You must provide `mode`; this double knows `payment` only.", "mode")
    for name in ("success_url", "line_items"):
        if not given.get(name):
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    if len(given.get("client_reference_id") or "") > 200:
        raise invalid("Invalid string: must be at most 200 characters", "client_reference_id")
    total = 0
    for number, item in enumerate(given["line_items"]):
        price = item.get("price_data") or {}
        place = f"line_items[{number}]"
        if not (price.get("product_data") or {}).get("name"):
            raise invalid(
                "Missing required param: product_data[name].", f"{place}[price_data][product_data][name]"
            )
        if (price.get("currency") or "").lower() != "eur":
            raise invalid("Invalid currency: this double takes euros.", f"{place}[price_data][currency]")
        try:
            unit, quantity = int(price["unit_amount"]), int(item.get("quantity") or 0)
        except (KeyError, ValueError):
            raise invalid(
                "Invalid integer", f"{place}[price_data][unit_amount]", "parameter_invalid_integer"
            ) from None
        if unit < 0 or quantity < 1:
            raise invalid("This value must be greater than or equal to 1.", f"{place}[quantity]")
        total += unit * quantity
    if total < 50:
        raise invalid(
            "The Checkout Session's total amount due must add up to at least €0.50 eur",
            code="amount_too_small",
        )
    if total > 99_999_999:
        raise invalid(
            "The Checkout Session's total amount must be no more than €999,999.99.", code="amount_too_large"
        )
    return total
