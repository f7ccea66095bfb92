"""« Tarifs »: what is in force, since when, and the next versions that are being prepared."""

from itertools import groupby
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.drafts import DropTariffDraft, StartTariffDraft
from contracts.billing.tariffs import Tariffs, TariffView
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access
from gateway.forms import CommandForm, SelectField, required
from gateway.money import tariff_words
from gateway.navigation import Desk, Entry
from gateway.services import ask

blueprint = Blueprint("tariffs", __name__, url_prefix="/tarifs")
_OFFICE = access.requires_role(Role.BILLING)
navigation = [
    Entry(
        "Tarifs",
        "staff.tariffs.show",
        order=43,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Les tarifs en vigueur, et les prochains : préparés, essayés, publiés.",
        also=("staff.tariff_drafts",),
    )
]


class StartForm(CommandForm):
    """Of which activity, and where."""

    activity_code = SelectField("Activité", [required("Choisissez une activité.")])
    place_code = SelectField("Lieu", prompt="Partout", hint="Un lieu peut avoir son propre tarif.")


@blueprint.route("/", methods=["GET", "POST"])
@_OFFICE
def show() -> ResponseReturnValue:
    """Every published version, by activity and place, and the drafts; one is begun from here."""
    view = ask(Tariffs())
    form = StartForm()
    form.activity_code.choices = [(each.code, each.name) for each in view.activities]
    form.place_code.choices = [(each.code, each.name) for each in view.places]
    if form.validate_on_submit():
        try:
            draft = ask(
                StartTariffDraft(
                    command_id=form.command_id.data,
                    activity_code=str(form.activity_code.data),
                    place_code=form.place_code.data or "",
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            return redirect(url_for("staff.tariff_drafts.edit", draft_id=draft.draft_id))
    page = render_template(
        "staff/tariffs.html", view=view, groups=_groups(view.tariffs), words=tariff_words, form=form
    )
    return page, form.status


@blueprint.post("/<uuid:draft_id>/abandonner")
@_OFFICE
def drop(draft_id: UUID) -> ResponseReturnValue:
    """A draft thrown away."""
    form = CommandForm()
    if form.validate_on_submit():
        ask(DropTariffDraft(command_id=form.command_id.data, draft_id=draft_id))
        flash("Le brouillon est abandonné. Les tarifs publiés n’ont pas changé.", "success")
    return redirect(url_for(".show"))


def _groups(tariffs: list[TariffView]) -> list[tuple[TariffView, list[TariffView]]]:
    """(any version, all versions) of each activity and place, in the order of their names."""
    grouped = groupby(tariffs, key=lambda each: (each.activity_code, each.place_code))
    return [(versions[0], versions) for versions in (list(group) for _, group in grouped)]
