"""The double, called by the official SDK: if Stripe's own client is content, so is ours."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from werkzeug.serving import make_server

from deploy.local.stripe_double.app import create_app
from deploy.local.stripe_double.settings import DoubleSettings

KEY, SECRET = "sk_test_double", "whsec_double"


@dataclass
class Listener:
    """The gateway's side: keeps what it was sent, answers what it is told to."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[tuple[bytes, str]] = field(default_factory=list)

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.received]

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 15
        while len(self.received) < count:
            assert time.monotonic() < until, f"only {len(self.received)} of {count}"
            time.sleep(0.02)


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(heard.answers.pop(0) if heard.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    heard.url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
    yield heard
    server.shutdown()
    server.server_close()


@dataclass
class Double:
    url: str
    client: Any

    def open(self, reference: str = "p1", cents: int = 1235, **options: Any) -> Any:
        return self.client.v1.checkout.sessions.create(
            params={
                "mode": "payment",
                "client_reference_id": reference,
                "metadata": {"payment_id": reference},
                "success_url": "http://site/retour?s={CHECKOUT_SESSION_ID}",
                "cancel_url": "http://site/facture",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": "eur",
                            "unit_amount": cents,
                            "product_data": {"name": "Facture 2026-000001"},
                        },
                    }
                ],
            },
            options=options,
        )

    def post(self, path: str, **body: Any) -> Any:
        answer = requests.post(f"{self.url}/_double/{path}", json=body, timeout=5)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def double(tmp_path: Path, listener: Listener) -> Iterator[Double]:
    app = create_app(DoubleSettings(tmp_path, KEY, listener.url, SECRET))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    client = stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)
    yield Double(url, client)
    server.shutdown()
    server.server_close()
    app.extensions["checkout"].deliveries.stop()
    app.extensions["checkout"].store.close()


def test_a_session_is_opened_and_read_back_by_the_sdk(double: Double) -> None:
    session = double.open()
    again = double.client.v1.checkout.sessions.retrieve(session.id)
    assert (
        again.amount_total,
        again.currency,
        again.status,
        again.payment_status,
        again.client_reference_id,
    ) == (1235, "eur", "open", "unpaid", "p1")
    assert session.url == f"{double.url}/c/pay/{session.id}"


def test_the_same_idempotency_key_gives_the_same_session(double: Double) -> None:
    first = double.open(idempotency_key="k1")
    assert first.id == double.open(idempotency_key="k1").id


def test_the_same_key_with_other_parameters_is_refused(double: Double) -> None:
    double.open(idempotency_key="k1")
    with pytest.raises(stripe.IdempotencyError):
        double.open(cents=99999, idempotency_key="k1")


def test_a_wrong_key_is_refused(double: Double) -> None:
    stranger = stripe.StripeClient("sk_test_other", base_addresses={"api": double.url}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.checkout.sessions.list()


def test_paying_on_the_page_leads_back_and_notifies_with_a_signature_the_sdk_accepts(
    double: Double, listener: Listener
) -> None:
    session = double.open()
    page = requests.get(session.url, timeout=5)
    assert "12,35\u00a0€" in page.text
    answer = requests.post(session.url, data={"card": "4242424242424242"}, allow_redirects=False, timeout=5)
    assert (303, f"http://site/retour?s={session.id}") == (answer.status_code, answer.headers["Location"])
    listener.wait_for(3)
    events = [double.client.construct_event(body, signed, SECRET) for body, signed in listener.received]
    assert [e.type for e in events] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    paid = double.client.v1.checkout.sessions.retrieve(session.id)
    intent = double.client.v1.payment_intents.retrieve(paid.payment_intent)
    assert (
        paid.status,
        paid.payment_status,
        intent.status,
        intent.amount_received,
    ) == ("complete", "paid", "succeeded", 1235)


def test_a_declined_card_says_so_and_may_be_followed_by_a_good_one(double: Double) -> None:
    session = double.open()
    refused = requests.post(session.url, data={"card": "4000000000000002"}, timeout=5)
    assert refused.status_code == 402
    assert "refusé" in refused.text
    assert double.post(f"sessions/{session.id}/pay")["declined"] == ""
    assert len(double.client.v1.payment_intents.list().data) == 1


def test_a_paid_session_cannot_be_paid_or_expired(double: Double) -> None:
    session = double.open()
    double.post(f"sessions/{session.id}/pay")
    with pytest.raises(stripe.InvalidRequestError):
        double.client.v1.checkout.sessions.expire(session.id)
    assert "déjà fait" in requests.post(session.url, data={"card": "4242424242424242"}, timeout=5).text


def test_an_expired_session_cannot_be_paid(double: Double, listener: Listener) -> None:
    session = double.open()
    assert double.client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert "plus ouverte" in requests.post(session.url, data={"card": "4242424242424242"}, timeout=5).text
    listener.wait_for(1)
    assert listener.types() == ["checkout.session.expired"]


def test_lost_notifications_never_leave_but_the_events_can_be_listed(
    double: Double, listener: Listener
) -> None:
    double.post("modes", lose=-1)
    session = double.open()
    double.post(f"sessions/{session.id}/pay")
    time.sleep(0.5)
    assert listener.received == []
    assert len(double.client.v1.events.list().data) == 3


def test_repeated_notifications_are_the_same_event_several_times(double: Double, listener: Listener) -> None:
    double.post("modes", repeat=2)
    session = double.open()
    double.post(f"sessions/{session.id}/pay")
    listener.wait_for(9)
    assert len({json.loads(body)["id"] for body, _ in listener.received}) == 3


def test_held_notifications_leave_when_they_are_released(double: Double, listener: Listener) -> None:
    double.post("modes", hold=True)
    session = double.open()
    double.post(f"sessions/{session.id}/pay")
    time.sleep(0.4)
    assert listener.received == []
    double.post("modes", hold=False)
    listener.wait_for(3)


def test_a_notification_refused_is_sent_again(double: Double, listener: Listener) -> None:
    listener.answers = [500]
    session = double.open()
    double.client.v1.checkout.sessions.expire(session.id)
    listener.wait_for(2)
    assert listener.received[0][0] == listener.received[1][0]


def test_a_forged_notification_does_not_pass_the_sdk(double: Double, listener: Listener) -> None:
    session = double.open()
    double.client.v1.checkout.sessions.expire(session.id)
    listener.wait_for(1)
    double.post(f"events/{json.loads(listener.received[0][0])['id']}/forge")
    listener.wait_for(2)
    body, signed = listener.received[1]
    with pytest.raises(stripe.SignatureVerificationError):
        double.client.construct_event(body, signed, SECRET)


def test_refunds_never_exceed_what_was_taken(double: Double) -> None:
    session = double.open()
    double.post(f"sessions/{session.id}/pay")
    intent = double.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    refund = double.client.v1.refunds.create(params={"payment_intent": intent, "amount": 235})
    assert (refund.amount, refund.status) == (235, "succeeded")
    with pytest.raises(stripe.InvalidRequestError):
        double.client.v1.refunds.create(params={"payment_intent": intent, "amount": 1001})


def test_what_was_opened_survives_a_restart(tmp_path: Path) -> None:
    settings = DoubleSettings(tmp_path, KEY, "", SECRET)
    identifiers = []
    for _ in range(2):
        app = create_app(settings)
        answer = app.test_client().get("/v1/checkout/sessions", headers={"Authorization": f"Bearer {KEY}"})
        identifiers.append([row["id"] for row in answer.json["data"]])
        checkout = app.extensions["checkout"]
        if len(identifiers) == 1:
            price = {"currency": "eur", "unit_amount": "500", "product_data": {"name": "x"}}
            given = {
                "mode": "payment",
                "success_url": "http://s",
                "line_items": [{"quantity": "1", "price_data": price}],
            }
            opened = checkout.open(given, base_url="http://d", key=None)
        checkout.deliveries.stop()
        checkout.store.close()
    assert [[], [opened["id"]]] == identifiers
