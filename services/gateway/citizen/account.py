"""« Mon compte »: who I am here and what I can do with it; and what the dashboard says of it."""

from flask import Blueprint, render_template, url_for

from contracts.accounts.families import HouseholdView, MyHousehold
from contracts.accounts.own_account import MyAccount
from gateway import dashboard
from gateway.dashboard import Page, Task
from gateway.navigation import Entry
from gateway.services import ask

blueprint = Blueprint("account", __name__, url_prefix="/compte")
navigation = [Entry("Mon compte", "citizen.account.show", order=90)]


@blueprint.get("/")
def show() -> str:
    """Who I am, and everything that can be done with the account."""
    return render_template("citizen/account.html", account=ask(MyAccount()))


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
    if household.account.mail_failing:
        page.to_do(
            Task(
                "Nous n’arrivons plus à vous écrire",
                f"Les courriels envoyés à {household.account.email} nous reviennent.",
                "Vérifier mon adresse",
                url_for("citizen.mail.show"),
            )
        )
    return {"household": household}
