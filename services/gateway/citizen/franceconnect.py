"""« FranceConnect » in « Mon compte »: lets it open the account, or no more."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.federation import StartLink, UnlinkProvider
from contracts.accounts.ways_in import FederatedView, ListWaysIn, WaysInView
from contracts.errors import DomainError
from gateway.browser import browser_session
from gateway.forms import CommandForm, PasswordField, required
from gateway.franceconnect import trips
from gateway.franceconnect.trips import Lost, Trip
from gateway.public.franceconnect import say_lost
from gateway.services import ask

blueprint = Blueprint("franceconnect", __name__, url_prefix="/compte/franceconnect")
blueprint.register_error_handler(Lost, say_lost)


class LinkForm(CommandForm):
    """The password again: whoever finds the browser open does not know it."""

    password = PasswordField("Votre mot de passe", [required("Saisissez votre mot de passe")])


class UnlinkForm(CommandForm):
    """« Retirer »."""


@blueprint.before_request
def check_offered() -> None:
    """The pages exist where the town has subscribed."""
    if not trips.is_offered():
        abort(404)


@blueprint.route("/", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Linked since when; or the password, then FranceConnect."""
    form = LinkForm()
    if form.validate_on_submit():
        try:
            ceremony_id = ask(StartLink(command_id=form.command_id.data, password=form.password.data[:1024]))
        except DomainError as refusal:
            form.show(refusal, wrong_password="password")  # noqa: S106 -- a code
        else:
            away = trips.depart(Trip(link=str(ceremony_id)))
            return render_template(
                "public/hand_over.html", title="Lier mon compte à FranceConnect", href=away
            )
    ways_in = ask(ListWaysIn())
    page = render_template("citizen/franceconnect.html", form=form, ways_in=ways_in, linked=_linked(ways_in))
    return page, form.status


@blueprint.route("/retirer", methods=["GET", "POST"])
def unlink() -> ResponseReturnValue:
    """What it does, then the button."""
    form = UnlinkForm()
    if form.validate_on_submit():
        try:
            ask(UnlinkProvider(command_id=form.command_id.data, issuer=trips.provider().issuer))
        except DomainError as refusal:
            form.show(refusal)
        else:
            browser_session.remember("id_token", None)
            flash("FranceConnect n’ouvre plus votre compte.", "success")
            return redirect(url_for("citizen.franceconnect.show"))
    return render_template("citizen/franceconnect_unlink.html", form=form), form.status


def _linked(ways_in: WaysInView) -> FederatedView | None:
    issuer = trips.provider().issuer
    return next((each for each in ways_in.federated if each.issuer == issuer), None)
