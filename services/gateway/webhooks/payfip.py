"""What PayFiP tells us: which operation has ended, no more; billing asks it how.

Nothing is signed. What names no payment of ours leaves no trace and is answered like the rest.
"""

import re

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from contracts.billing.payments import ReceiveNotification
from contracts.billing.refusals import SignatureRefused
from contracts.caller import Caller, Kind
from contracts.errors import DomainError
from gateway.metrics import REFUSALS
from gateway.wiring import wiring

blueprint = Blueprint("payfip", __name__)

MOST_BYTES = 4 * 1024


@blueprint.route("/payfip", methods=["GET", "POST"])
def receive() -> ResponseReturnValue:
    """200 once stored; 400 without an operation; 413 too long; 503 when billing is away, so that it is sent again."""
    if (request.content_length or 0) > MOST_BYTES:
        return "too long\n", 413
    # In the address or in a form, as idop or idOp.
    given = {name.lower(): value for name, value in request.values.items()}
    if not re.fullmatch(r"[0-9A-Za-z-]{8,64}", given.get("idop", "")):
        return "no operation\n", 400
    system = Caller(
        kind=Kind.SYSTEM,
        name="notification de paiement",
        address=request.remote_addr or "",
        correlation_id=g.correlation_id,
    )
    notification = ReceiveNotification(provider="payfip", body=f"idop={given['idop']}", signature="")
    try:
        wiring().client.ask(notification, system)
    except SignatureRefused as refusal:
        REFUSALS.labels(refusal.code).inc()
        return "not taken here\n", 400
    except DomainError:
        return "later\n", 503
    return "stored\n", 200
