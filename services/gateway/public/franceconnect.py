"""« S’identifier avec FranceConnect »: away, back, and an account for who has none.

Whoever is linked comes in. Whoever is not is offered an account, whose address is confirmed by our own mail: the page
is the same whether or not the address has an account.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.federation import (
    IdentityUnknown,
    LinkProvider,
    RegisterByProvider,
    SignInByProvider,
)
from contracts.caller import Kind
from contracts.errors import DomainError
from gateway import access
from gateway.browser import browser_session
from gateway.franceconnect import trips
from gateway.franceconnect.provider import Person
from gateway.franceconnect.trips import Lost, Trip
from gateway.french import typeset
from gateway.public.registration import IdentityForm
from gateway.public.sign_in import identity_of
from gateway.sentences import sentence_of
from gateway.services import ask
from gateway.wiring import wiring

blueprint = Blueprint("franceconnect", __name__)
_KNOWN = "franceconnect_person"
LOST = {
    "cancelled": (
        200,
        "Vous avez interrompu l’identification",
        "Vous n’êtes pas connecté, et rien n’a été enregistré.",
    ),
    "late": (
        400,
        "L’identification a expiré",
        "Elle a été commencée il y a trop longtemps, dans un autre navigateur, ou elle a déjà servi. "
        "Rien n’a été enregistré : recommencez.",
    ),
    "untrusted": (
        400,
        "L’identification n’a pas abouti",
        "La réponse reçue de FranceConnect n’a pas pu être vérifiée. Rien n’a été enregistré. "
        "Si cela se reproduit, connectez-vous avec votre mot de passe.",
    ),
    "away": (
        503,
        "FranceConnect ne répond pas",
        "Réessayez dans quelques minutes, ou connectez-vous avec votre mot de passe.",
    ),
}


@blueprint.before_request
def check_offered() -> None:
    """The pages exist where the town has subscribed."""
    if not trips.is_offered():
        abort(404)


@blueprint.errorhandler(Lost)
def say_lost(lost: Lost) -> ResponseReturnValue:
    """Why the trip ended here, and where to go now."""
    status, title, text = LOST[lost.why]
    page = render_template("public/franceconnect_lost.html", title=title, text=typeset(text))
    return page, status


@blueprint.get("/franceconnect")
def leave() -> ResponseReturnValue:
    """To FranceConnect."""
    return redirect(trips.depart(Trip(suite=request.args.get("suite", "")[:300])))


@blueprint.get(trips.BACK)
def come_back() -> ResponseReturnValue:
    """From FranceConnect: in, linked, or to the page that offers an account."""
    person, trip = trips.arrive()
    if trip.link:
        return _link(person, trip)
    try:
        found = ask(SignInByProvider(command_id=uuid4(), issuer=person.issuer, subject=person.subject))
    except IdentityUnknown:
        return _offer_account(person)
    browser_session.sign_in(identity_of(found))
    browser_session.remember("came_by", "franceconnect")
    browser_session.remember("id_token", person.id_token)
    return redirect(access.onward(Kind.CITIZEN, trip.suite))


@blueprint.route("/franceconnect/creer-mon-espace", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Names and address as FranceConnect gave them, to be corrected; then the mail."""
    known = _known()
    form = IdentityForm(**{name: known[name] for name in ("title", "first_name", "last_name", "email")})
    if form.validate_on_submit():
        command = RegisterByProvider(
            command_id=form.command_id.data,
            title=form.chosen_title,
            first_name=form.first_name.data,
            last_name=form.last_name.data,
            email=form.email.data,
            issuer=known["issuer"],
            subject=known["subject"],
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            return redirect(url_for("public.registration.sent"))
    return render_template("public/franceconnect_register.html", form=form), form.status


@blueprint.get("/deconnexion/franceconnect")
def signed_out() -> ResponseReturnValue:
    """Back from the end of FranceConnect's own session."""
    flash(typeset("Vous êtes déconnecté. À bientôt !"), "success")
    return redirect("/")


def _link(person: Person, trip: Trip) -> ResponseReturnValue:
    command = LinkProvider(
        command_id=uuid4(), ceremony_id=UUID(trip.link), issuer=person.issuer, subject=person.subject
    )
    try:
        ask(command)
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
    else:
        browser_session.remember("id_token", person.id_token)
        flash("Votre compte est lié à FranceConnect.", "success")
    return redirect(url_for("citizen.franceconnect.show"))


def _offer_account(person: Person) -> ResponseReturnValue:
    signed_in = browser_session.current()
    if signed_in is not None and signed_in.kind is Kind.CITIZEN:
        flash(
            typeset(
                "Cette identité n’est pas encore liée à votre compte : saisissez votre mot de passe pour la lier."
            ),
            "info",
        )
        return redirect(url_for("citizen.franceconnect.show"))
    session[_KNOWN] = {
        "at": wiring().real_clock.now().timestamp(),
        "issuer": person.issuer,
        "subject": person.subject,
        "title": person.title,
        "first_name": person.first_name[:300],
        "last_name": person.last_name[:300],
        "email": person.email[:320],
    }
    return redirect(url_for("public.franceconnect.register"))


def _known() -> dict[str, Any]:
    """Who came back a moment ago. Raises Lost."""
    known: dict[str, Any] | None = session.get(_KNOWN)
    now = wiring().real_clock.now()
    if known is None or now - datetime.fromtimestamp(known["at"], now.tzinfo) > trips.WITHIN:
        raise Lost("late")
    return known
