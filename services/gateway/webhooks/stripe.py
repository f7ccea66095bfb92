"""What Stripe tells us: passed on word for word, judged by billing."""

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from contracts.billing.payments import ReceiveNotification
from contracts.billing.refusals import SignatureRefused
from contracts.caller import Caller, Kind
from contracts.errors import DomainError
from gateway.metrics import REFUSALS
from gateway.wiring import wiring

blueprint = Blueprint("stripe", __name__)

MOST_BYTES = 64 * 1024


@blueprint.post("/stripe")
def receive() -> ResponseReturnValue:
    """200 once stored; 400 unsigned; 413 too long; 503 when billing is away, so that it is sent again."""
    if (request.content_length or 0) > MOST_BYTES:
        return "too long\n", 413
    raw = request.stream.read(MOST_BYTES + 1)
    signature = request.headers.get("Stripe-Signature", "")
    if len(raw) > MOST_BYTES or len(signature) > 2_000:
        return "too long\n", 413
    try:
        # The signature is over these bytes: text only if it gives the very same bytes back.
        body = raw.decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        return "not text\n", 400
    system = Caller(
        kind=Kind.SYSTEM,
        name="notification de paiement",
        address=request.remote_addr or "",
        correlation_id=g.correlation_id,
    )
    try:
        wiring().client.ask(ReceiveNotification(body=body, signature=signature), system)
    except SignatureRefused as refusal:
        REFUSALS.labels(refusal.code).inc()
        return "signature refused\n", 400
    except DomainError:
        return "later\n", 503
    return "stored\n", 200
