"""« Tarifs »: what is in force, and since when."""

from flask import Blueprint, render_template

from contracts.billing.tariffs import Tariffs
from contracts.caller import Role
from gateway import access
from gateway.navigation import Entry
from gateway.services import ask

blueprint = Blueprint("tariffs", __name__, url_prefix="/tarifs")
navigation = [
    Entry(
        "Tarifs",
        "staff.tariffs.show",
        order=43,
        role=Role.BILLING,
        hint="Les tarifs publiés, activité par activité.",
    )
]


@blueprint.get("/")
@access.requires_role(Role.BILLING)
def show() -> str:
    """Every published version."""
    return render_template("staff/tariffs.html", view=ask(Tariffs()))
