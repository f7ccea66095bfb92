"""« Mon agenda »: a secret address that a telephone's calendar subscribes to; made, changed, revoked."""

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.enrolment.feeds import MakeFeed, MyFeeds, RevokeFeed
from gateway.forms import CommandForm
from gateway.services import ask
from gateway.wiring import settings

blueprint = Blueprint("calendar_feed", __name__, url_prefix="/agenda")


@blueprint.get("/")
def show() -> str:
    """Which families have one, and what it is."""
    return render_template("citizen/calendar_feed.html", feeds=ask(MyFeeds()))


@blueprint.post("/<uuid:family_id>/adresse")
def make(family_id: UUID) -> ResponseReturnValue:
    """A new address, shown this once; the one before opens nothing any more."""
    form = CommandForm()
    if not form.validate_on_submit():
        return redirect(url_for(".show"))
    made = ask(MakeFeed(command_id=form.command_id.data, family_id=family_id))
    address = settings().public_url.rstrip("/") + url_for("public.calendar_feed.read", token=made.token)
    page = make_response(
        render_template(
            "citizen/calendar_feed_made.html",
            address=address,
            subscribe="webcal" + address.removeprefix("https").removeprefix("http"),
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.post("/<uuid:family_id>/revoquer")
def revoke(family_id: UUID) -> ResponseReturnValue:
    """Nobody reads it any more."""
    form = CommandForm()
    if form.validate_on_submit():
        ask(RevokeFeed(command_id=form.command_id.data, family_id=family_id))
        flash("L’adresse est supprimée : plus aucun agenda ne la lit.", "success")
    return redirect(url_for(".show"))
