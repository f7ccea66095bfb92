"""The pay page: what the parent sees of the provider."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from deploy.local.stripe_double.checkout import CARDS, Checkout
from deploy.local.stripe_double.errors import StripeProblem

_REASONS = {
    "generic_decline": "Votre banque a refusé le paiement. Aucun montant n’a été débité.",
    "insufficient_funds": "La provision de votre compte est insuffisante. Aucun montant n’a été débité.",
    "expired_card": "Votre carte a expiré. Aucun montant n’a été débité.",
    "incorrect_number": "Ce numéro n’est pas celui d’une carte d’essai. Choisissez-en une dans la liste.",
}


def blueprint(checkout: Checkout) -> Blueprint:
    """`/c/pay/<session>`, where a session's `url` points."""
    pages = Blueprint("pay", __name__)

    def show(session: dict[str, Any], problem: str = "", status: int = 200) -> tuple[str, int]:
        given = checkout.given(session["id"])
        lines = [
            {
                "name": item["price_data"]["product_data"]["name"],
                "detail": item["price_data"]["product_data"].get("description", ""),
                "cents": int(item["price_data"]["unit_amount"]) * int(item["quantity"]),
            }
            for item in given.get("line_items", [])
        ]
        page = "pay.html" if session["status"] == "open" else "closed.html"
        return render_template(
            page, session=session, lines=lines, problem=problem, cards=CARDS, euros=_euros
        ), status

    @pages.get("/c/pay/<identifier>")
    def page(identifier: str) -> Any:
        try:
            return show(checkout.session(identifier))
        except StripeProblem as problem:
            return render_template("closed.html", session=None, euros=_euros), problem.status

    @pages.post("/c/pay/<identifier>")
    def pay(identifier: str) -> Any:
        number = request.form.get("number", "").strip() or request.form.get("card", "")
        try:
            session, declined = checkout.pay(identifier, number, request.form.get("email", ""))
        except StripeProblem as problem:
            code = problem.body["error"].get("code", "")
            if code == "incorrect_number":
                return show(checkout.session(identifier), _REASONS[code], 400)
            try:
                return show(checkout.session(identifier))
            except StripeProblem:
                return render_template("closed.html", session=None, euros=_euros), problem.status
        if declined:
            return show(session, _REASONS[declined], 402)
        return _leave(session)

    return pages


def _leave(session: dict[str, Any]) -> Response:
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)


def _euros(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole:,}".replace(",", "\u202f") + f",{rest:02d}\u00a0€"
