"""Stripe's API as the official SDK calls it: bearer key, form-encoded parameters, idempotency keys, errors."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from deploy.local.stripe_double import objects
from deploy.local.stripe_double.checkout import Checkout
from deploy.local.stripe_double.errors import StripeProblem, missing
from deploy.local.stripe_double.settings import DoubleSettings

Json = dict[str, Any]


def nested(pairs: list[tuple[str, str]]) -> Json:
    """`line_items[0][price_data][currency]=eur` → `{"line_items": [{"price_data": {"currency": "eur"}}]}`."""
    tree: Json = {}
    for name, value in pairs:
        path = [part for part in re.split(r"\[|\]", name) if part] or [name]
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part, {})
        last = path[-1]
        if name.endswith("[]"):
            node[last] = {**node.get(last, {}), str(len(node.get(last, {}))): value}
        else:
            node[last] = value
    return {key: _listed(value) for key, value in tree.items()}


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    inside = {key: _listed(value) for key, value in node.items()}
    if inside and all(key.isdigit() for key in inside):
        return [inside[key] for key in sorted(inside, key=int)]
    return inside


def blueprint(checkout: Checkout, settings: DoubleSettings) -> Blueprint:
    """The routes under /v1."""
    api = Blueprint("api", __name__, url_prefix="/v1")
    store = checkout.store

    @api.before_request
    def authorise() -> None:
        g.request_id = objects.new_id("req", 14)
        given = request.authorization
        key = (given.token or given.username or "") if given else ""
        if not hmac.compare_digest(key.encode(), settings.key.encode()):
            raise StripeProblem(
                401, "invalid_request_error", "Invalid API Key provided: " + key[:8] + "********"
            )
        failures = checkout.deliveries.modes()["fail_api"]
        if failures:
            store.set_modes({"fail_api": failures - 1})
            raise StripeProblem(500, "api_error", "An unknown error occurred")

    @api.after_request
    def identify(response: Response) -> Response:
        response.headers["Request-Id"] = g.get("request_id", "")
        response.headers["Stripe-Version"] = objects.API_VERSION
        return response

    @api.errorhandler(StripeProblem)
    def refuse(problem: StripeProblem) -> Response:
        return _json(problem.body, problem.status)

    def effect(do: Callable[[Json, str | None], Json]) -> Response:
        """Runs a POST once per Idempotency-Key; refusals of validation are not kept, as at Stripe."""
        given = nested(list(request.form.items(multi=True)))
        key = request.headers.get("Idempotency-Key")
        digest = hashlib.sha256(f"{request.path}\n{json.dumps(given, sort_keys=True)}".encode()).hexdigest()
        with store.transaction() as db:
            first = db.execute(
                "SELECT digest, status, answer FROM idempotency WHERE key = ?", (key,)
            ).fetchone()
            if first is not None:
                if first["digest"] != digest:
                    raise StripeProblem(
                        400,
                        "idempotency_error",
                        "Keys for idempotent requests can only be used with the same parameters they were first"
                        f" used with. Try using a key other than '{key}' if you meant to execute a different request.",
                    )
                response = _json(json.loads(first["answer"]), first["status"])
                response.headers["Idempotent-Replayed"] = "true"
                return response
            answer = _shown(do(given, key))
            if key:
                db.execute(
                    "INSERT INTO idempotency (key, digest, status, answer) VALUES (?, ?, 200, ?)",
                    (key, digest, json.dumps(answer)),
                )
        return _json(answer)

    def retrieve(kind: str, name: str, identifier: str) -> Response:
        found = store.get(kind, identifier)
        if found is None:
            raise missing(name, identifier)
        return _json(_shown(found))

    def listing(kind: str, path: str, *filters: str) -> Response:
        """Newest first; `limit`, `starting_after`, `created[gte|gt|lte|lt]` and equality on `filters`."""
        rows = [_shown(row) for row in store.newest_first(kind)]
        for name in filters:
            if request.args.get(name):
                rows = [row for row in rows if row.get(name) == request.args[name]]
        compare: dict[str, Callable[[int, int], bool]] = {
            "gte": int.__ge__, "gt": int.__gt__, "lte": int.__le__, "lt": int.__lt__,
        }  # fmt: skip
        for word, holds in compare.items():
            bound = request.args.get(f"created[{word}]")
            if bound:
                rows = [row for row in rows if holds(row["created"], int(bound))]
        after = request.args.get("starting_after")
        if after:
            place = next((index for index, row in enumerate(rows) if row["id"] == after), len(rows))
            rows = rows[place + 1 :]
        limit = min(100, max(1, int(request.args.get("limit", 10))))
        return _json({"object": "list", "url": path, "data": rows[:limit], "has_more": len(rows) > limit})

    @api.post("/checkout/sessions")
    def open_session() -> Response:
        base = settings.public_url or request.host_url.rstrip("/")
        return effect(lambda given, key: checkout.open(given, base_url=base, key=key))

    @api.get("/checkout/sessions")
    def list_sessions() -> Response:
        for session in store.newest_first("checkout.session"):
            if session["status"] == "open" and session["expires_at"] <= time.time():
                checkout.expire(session["id"])
        return listing("checkout.session", "/v1/checkout/sessions", "status", "payment_intent")

    @api.get("/checkout/sessions/<identifier>")
    def retrieve_session(identifier: str) -> Response:
        return _json(checkout.session(identifier))

    @api.post("/checkout/sessions/<identifier>/expire")
    def expire_session(identifier: str) -> Response:
        return effect(lambda _given, _key: checkout.expire(identifier))

    @api.get("/payment_intents/<identifier>")
    def retrieve_intent(identifier: str) -> Response:
        return retrieve("payment_intent", "payment_intent", identifier)

    @api.get("/payment_intents")
    def list_intents() -> Response:
        return listing("payment_intent", "/v1/payment_intents")

    @api.get("/charges/<identifier>")
    def retrieve_charge(identifier: str) -> Response:
        return retrieve("charge", "charge", identifier)

    @api.get("/charges")
    def list_charges() -> Response:
        return listing("charge", "/v1/charges", "payment_intent")

    @api.post("/refunds")
    def refund() -> Response:
        return effect(checkout.refund)

    @api.get("/refunds/<identifier>")
    def retrieve_refund(identifier: str) -> Response:
        return retrieve("refund", "refund", identifier)

    @api.get("/refunds")
    def list_refunds() -> Response:
        return listing("refund", "/v1/refunds", "payment_intent", "charge")

    @api.get("/disputes/<identifier>")
    def retrieve_dispute(identifier: str) -> Response:
        return retrieve("dispute", "dispute", identifier)

    @api.get("/disputes")
    def list_disputes() -> Response:
        return listing("dispute", "/v1/disputes", "payment_intent", "charge")

    @api.get("/events")
    def list_events() -> Response:
        return listing("event", "/v1/events", "type")

    @api.get("/events/<identifier>")
    def retrieve_event(identifier: str) -> Response:
        return retrieve("event", "event", identifier)

    return api


def _shown(body: Json) -> Json:
    return {name: value for name, value in body.items() if not name.startswith("_")}


def _json(body: Json, status: int = 200) -> Response:
    return Response(json.dumps(body, indent=2) + "\n", status=status, mimetype="application/json")
