"""« Mon compte »: who I am here, where I am signed in; and what the dashboard says of both."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.families import HouseholdView, MyHousehold
from gateway import browser_session, dashboard
from gateway.browser_names import name_browser
from gateway.dashboard import Page, Task
from gateway.forms import Form
from gateway.navigation import Entry
from gateway.services import ask

blueprint = Blueprint("account", __name__, url_prefix="/compte")
navigation = [Entry("Mon compte", "citizen.account.show", order=90)]


@blueprint.get("/")
def show() -> str:
    """Coordinates, families, open sessions."""
    return render_template(
        "citizen/account.html",
        household=ask(MyHousehold()),
        sessions=browser_session.open_sessions(),
        form=Form(),
        name_browser=name_browser,
    )


@blueprint.post("/connexions/<uuid:session_id>/fermer")
def close(session_id: UUID) -> ResponseReturnValue:
    """Signs another browser out."""
    if Form().validate_on_submit() and browser_session.revoke(session_id):
        flash("La connexion est fermée.", "success")
    return redirect(url_for("citizen.account.show"))


@dashboard.part(
    order=80, asks=lambda: [MyHousehold()], template="citizen/account_part.html", label="vos coordonnées"
)
def show_account(page: Page, household: HouseholdView) -> dict[str, object]:
    """« Mon compte / Coordonnées », and the key to type while no family is open."""
    if not household.families:
        page.to_do(
            Task(
                "Vous n’avez pas encore saisi votre Clé Enfance",
                "Elle est dans le courrier envoyé par la ville. Elle ouvre le dossier de votre famille.",
                "Saisir ma Clé Enfance",
                url_for("citizen.activation_key.redeem"),
            )
        )
    return {"household": household}
