"""The Stripe adapter against the double of Checkout, over HTTP, through the official SDK."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from werkzeug.serving import make_server

from billing.paying import stripe_books
from billing.paying.card_books import DisputeProgress, RefundOrder, RefundProgress
from billing.paying.provider import (
    Concern,
    ForgedNotification,
    Order,
    Progress,
    ProviderRefused,
    ProviderUnreachable,
)
from billing.paying.stripe_provider import StripeProvider
from contracts.billing.payments import PaymentState, ReceiveNotification, StartPayment
from deploy.local.stripe_double.app import create_app
from deploy.local.stripe_double.deliveries import signature
from deploy.local.stripe_double.settings import DoubleSettings
from tests.mothers.billing import a_parent
from tests.services.billing.conftest import Town

YOUNG = timedelta(minutes=1)
KEY, SECRET = "sk_test_town", "whsec_town"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("stripe")
    app = create_app(DoubleSettings(directory, KEY, "", SECRET))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    app.extensions["checkout"].deliveries.stop()
    app.extensions["checkout"].store.close()


@pytest.fixture
def provider(url: str) -> StripeProvider:
    return StripeProvider(KEY, url, SECRET, timeout=5)


def an_order(**fields: Any) -> Order:
    given: dict[str, Any] = {
        "payment_id": uuid4(),
        "fund": "ENF",
        "invoice_number": "ENF-2026-000001",
        "year": 2026,
        "amount_cents": 4215,
        "currency": "eur",
        "title": "Facture ENF-2026-000001",
        "detail": "Famille F01234",
        "success_url": "https://site/retour",
        "cancel_url": "https://site/facture",
        "expires_at": datetime.now(UTC) + timedelta(minutes=60),
    }
    return Order(**(given | fields))


def control(url: str, path: str, **body: Any) -> Any:
    answer = requests.post(f"{url}/_double/{path}", json=body, timeout=5)
    answer.raise_for_status()
    return answer.json()


def test_an_order_opened_twice_is_one_page(provider: StripeProvider) -> None:
    order = an_order()
    assert provider.open(order) == provider.open(order)


def test_the_page_is_seen_open_then_paid_to_the_cent(provider: StripeProvider, url: str) -> None:
    page = provider.open(an_order())
    before = provider.look(page.reference, YOUNG)
    control(url, f"sessions/{page.reference}/pay")
    after = provider.look(page.reference, YOUNG)
    assert (
        before.progress,
        after.progress,
        after.amount_cents,
        after.currency,
    ) == (Progress.OPEN, Progress.PAID, 4215, "eur")
    assert after.proof.startswith("pi_")


def test_expiring_says_how_it_really_stands(provider: StripeProvider, url: str) -> None:
    left, paid = provider.open(an_order()), provider.open(an_order())
    control(url, f"sessions/{paid.reference}/pay")
    assert (
        provider.expire(left.reference, YOUNG).progress,
        provider.expire(left.reference, YOUNG).progress,
        provider.expire(paid.reference, YOUNG).progress,
    ) == (Progress.EXPIRED, Progress.EXPIRED, Progress.PAID)


def test_a_refusal_is_told_from_an_absence(provider: StripeProvider, url: str) -> None:
    with pytest.raises(ProviderRefused):
        provider.open(an_order(amount_cents=10))
    with pytest.raises(ProviderRefused):
        provider.look("cs_test_unknown", YOUNG)
    control(url, "modes", fail_api=5)
    with pytest.raises(ProviderUnreachable):
        provider.open(an_order())
    control(url, "modes", fail_api=0)
    with pytest.raises(ProviderUnreachable):
        StripeProvider(KEY, "http://127.0.0.1:9", SECRET, timeout=1).look("cs_test_any", YOUNG)


def an_event(kind: str, **subject: Any) -> bytes:
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": subject}}).encode()


def test_a_signed_notification_is_read(provider: StripeProvider) -> None:
    payment = uuid4()
    body = an_event(
        "checkout.session.completed",
        object="checkout.session",
        id="cs_test_1",
        payment_intent="pi_1",
        metadata={"payment_id": str(payment)},
        amount_total=4215,
        currency="eur",
    )
    told = provider.read(body, signature(body, SECRET))
    assert ("evt_1", Concern.PAYMENT, "cs_test_1", "pi_1", payment) == (
        told.event_id,
        told.concern,
        told.reference,
        told.proof,
        told.payment_id,
    )


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        (b'{"id": "evt_1"}', "t=1,v1=00"),
        (b'{"id": "evt_1"}', ""),
        (an_event("x"), signature(an_event("y"), SECRET)),
        (an_event("x"), signature(an_event("x"), "whsec_other")),
        (an_event("x"), signature(an_event("x"), SECRET, at=1_700_000_000)),
        (b"not json", signature(b"not json", SECRET)),
    ],
    # Signatures hold the time: processes that share the tests out must name them alike.
    ids=["made up", "none", "of another body", "by another secret", "too old", "of no event"],
)
def test_what_was_not_signed_by_the_provider_is_forged(
    provider: StripeProvider, body: bytes, signed: str
) -> None:
    with pytest.raises(ForgedNotification):
        provider.read(body, signed)


def test_types_of_no_use_concern_nothing(provider: StripeProvider) -> None:
    concerns = [
        provider.reread(an_event(kind, object="charge", id="ch_1")).concern
        for kind in (
            "charge.succeeded",
            "payout.paid",
            "charge.refunded",
            "refund.failed",
            "charge.dispute.created",
        )
    ]
    assert concerns == [
        Concern.NOTHING,
        Concern.NOTHING,
        Concern.REFUND,
        Concern.REFUND,
        Concern.DISPUTE,
    ]


def a_paid_page(provider: StripeProvider, url: str, **fields: Any) -> tuple[Order, str, str]:
    """(order, page, debit)."""
    order = an_order(**fields)
    page = provider.open(order)
    control(url, f"sessions/{page.reference}/pay")
    return order, page.reference, provider.look(page.reference, YOUNG).proof


def test_a_refund_ordered_twice_is_one_and_is_listed_with_our_id(provider: StripeProvider, url: str) -> None:
    _, _, proof = a_paid_page(provider, url)
    order = RefundOrder(uuid4(), proof, 1500)
    first, second = provider.refund(order), provider.refund(order)
    assert first == second
    assert (first.refund_id, first.progress, first.amount_cents) == (
        order.refund_id,
        RefundProgress.DONE,
        1500,
    )
    assert provider.refunds_of(proof) == [first]
    with pytest.raises(ProviderRefused):
        provider.refund(RefundOrder(uuid4(), proof, 3000))
    control(url, f"refunds/{first.reference}/fail")
    [failed] = provider.refunds_of(proof)
    assert (failed.progress, failed.problem) == (RefundProgress.FAILED, "expired_or_canceled_card")


def test_a_dispute_is_looked_at_as_it_stands(provider: StripeProvider, url: str) -> None:
    _, page, proof = a_paid_page(provider, url)
    reference = control(url, f"sessions/{page}/dispute")["id"]
    opened = provider.look_at_dispute(reference)
    control(url, f"sessions/{page}/dispute", status="lost")
    lost = provider.look_at_dispute(reference)
    assert (opened.progress, lost.progress) == (DisputeProgress.OPEN, DisputeProgress.LOST)
    assert (opened.proof, opened.amount_cents, opened.reason) == (proof, 4215, "fraudulent")
    assert opened.respond_by is not None
    assert opened.respond_by > datetime.now(UTC)


def test_all_that_moved_is_listed_page_after_page(
    provider: StripeProvider, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_books, "_PAGE", 2)
    since = datetime.now(UTC) - timedelta(seconds=1)
    orders = [a_paid_page(provider, url, amount_cents=1000 + number) for number in range(5)]
    given = provider.refund(RefundOrder(uuid4(), orders[0][2], 300))
    found = provider.movements(since, datetime.now(UTC) + timedelta(seconds=2))
    seen = {charge.payment_id: charge.amount_cents for charge in found.charges}
    assert {order.payment_id: order.amount_cents for order, *_ in orders}.items() <= seen.items()
    assert given in found.refunds


def test_from_the_click_to_the_receipt_through_stripe(town: Town, provider: StripeProvider, url: str) -> None:
    parent = a_parent()
    invoice = town.invoice(4800, parent.citizen())
    town.provider = provider  # type: ignore[assignment]
    started = town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent)
    answer = requests.post(started.url, data={"card": "4242424242424242"}, allow_redirects=False, timeout=5)
    assert f"https://site/mon-espace/factures/paiements/{started.payment_id}" == answer.headers["Location"]
    state = requests.get(f"{url}/_double/state", timeout=5).json()
    completed = next(
        event
        for event in state["events"]
        if event["type"] == "checkout.session.completed"
        and event["data"]["object"]["client_reference_id"] == str(started.payment_id)
    )
    body = json.dumps(completed, indent=2)
    ask = ReceiveNotification(body=body, signature=signature(body.encode(), SECRET))
    assert [town.till.receive(ask).first, town.till.receive(ask).first] == [True, False]
    assert town.till.act()
    assert PaymentState.PAID is town.till.refresh(started.payment_id)
    assert town.told("payment.received") == 1
