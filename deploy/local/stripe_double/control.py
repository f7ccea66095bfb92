"""Ordering mischief: a page for people, JSON for tests, the same actions."""

import json
import secrets
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from deploy.local.stripe_double import objects
from deploy.local.stripe_double.checkout import CARDS, Checkout
from deploy.local.stripe_double.deliveries import MODES
from deploy.local.stripe_double.errors import StripeProblem, missing

Json = dict[str, Any]


def blueprint(checkout: Checkout) -> Blueprint:
    """`/` and `/_double/…`."""
    control = Blueprint("control", __name__)
    store, deliveries = checkout.store, checkout.deliveries

    @control.errorhandler(StripeProblem)
    def refuse(problem: StripeProblem) -> tuple[Json, int]:
        return problem.body, problem.status

    def state() -> Json:
        return {
            "modes": deliveries.modes(),
            "sessions": store.newest_first("checkout.session"),
            "events": store.newest_first("event"),
            "deliveries": [
                dict(row) for row in store.rows("SELECT * FROM delivery ORDER BY id DESC LIMIT 500")
            ],
        }

    def set_modes(given: Json) -> Json:
        unknown = sorted(set(given) - set(MODES))
        if unknown:
            raise StripeProblem(400, "invalid_request_error", f"unknown modes: {', '.join(unknown)}")
        store.set_modes({name: type(MODES[name])(value) for name, value in given.items()})
        deliveries.wake()
        return deliveries.modes()

    def send_again(event_id: str, times: int) -> None:
        if store.get("event", event_id) is None:
            raise missing("event", event_id)
        for _ in range(times):
            deliveries.schedule(event_id, obey_modes=False)

    def forge(event_id: str) -> str:
        """The same notification, signed by somebody who does not have the secret."""
        event = store.get("event", event_id)
        if event is None:
            raise missing("event", event_id)
        return deliveries.send(json.dumps(event).encode(), secret="whsec_" + secrets.token_hex(16))

    @control.get("/")
    def page() -> str:
        seen = state()
        last = {row["event_id"]: row for row in reversed(seen["deliveries"])}
        return render_template("control.html", last=last, clock=_clock, **seen)

    @control.post("/")
    def act() -> Response:
        form = request.form
        event_id = form.get("event_id", "")
        match form.get("action"):
            case "modes":
                set_modes(
                    {
                        "lose": int(form.get("lose") or 0),
                        "repeat": int(form.get("repeat") or 0),
                        "delay_seconds": float(form.get("delay_seconds") or 0),
                        "shuffle": "shuffle" in form,
                        "hold": "hold" in form,
                    }
                )
            case "again":
                send_again(event_id, 1)
            case "forge":
                forge(event_id)
            case "expire":
                checkout.expire(form.get("session_id", ""))
        return redirect(url_for("control.page"), 303)

    @control.get("/_double/state")
    def show_state() -> Json:
        return state()

    @control.post("/_double/modes")
    def change_modes() -> Json:
        return set_modes(request.get_json())

    @control.post("/_double/sessions/<identifier>/pay")
    def pay(identifier: str) -> Json:
        given = request.get_json(silent=True) or {}
        session, declined = checkout.pay(identifier, given.get("card", CARDS[0].number))
        return {"session": session, "declined": declined}

    @control.post("/_double/sessions/<identifier>/expire")
    def expire(identifier: str) -> Json:
        return checkout.expire(identifier)

    @control.post("/_double/sessions/<identifier>/dispute")
    def dispute(identifier: str) -> Json:
        return checkout.dispute(
            identifier, (request.get_json(silent=True) or {}).get("status", "needs_response")
        )

    @control.post("/_double/refunds/<identifier>/fail")
    def fail_refund(identifier: str) -> Json:
        return checkout.fail_refund(identifier)

    @control.post("/_double/events/<event_id>/send")
    def send(event_id: str) -> Json:
        send_again(event_id, int((request.get_json(silent=True) or {}).get("times", 1)))
        return {"scheduled": True}

    @control.post("/_double/events/<event_id>/forge")
    def send_forged(event_id: str) -> Json:
        return {"answer": forge(event_id)}

    @control.post("/_double/events")
    def make_event() -> Json:
        """A notification of any type about any object, for what the pay page cannot bring about."""
        given = request.get_json()
        event = store.put(objects.event(given["type"], given["object"]))
        deliveries.schedule(event["id"])
        return event

    @control.post("/_double/reset")
    def reset() -> Json:
        store.forget_everything()
        return {"empty": True}

    return control


def _clock(stamp: float | None) -> str:
    return datetime.fromtimestamp(stamp).astimezone().strftime("%H:%M:%S") if stamp else ""
