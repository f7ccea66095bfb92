"""« Clés Enfance »: choose guardians, print their letters in one PDF, take a key back."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.keys import IssueKeys, KeysPage, ListGuardians, RevokeKey
from contracts.caller import Role
from gateway import access
from gateway.forms import CommandForm
from gateway.forms.ids import id_in
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.papers.key_letters import print_letters
from gateway.services import ask
from gateway.wiring import clock, settings

blueprint = Blueprint("activation_keys", __name__, url_prefix="/cles")
navigation = [
    Entry(
        "Clés Enfance",
        "staff.activation_keys.show",
        order=14,
        desk=Desk.FAMILIES,
        role=Role.FAMILY_FILES,
        hint="Choisir des responsables et imprimer leurs courriers.",
    )
]

KEY_WORDS = {
    "none": ("Aucune clé", "off"),
    "posted": ("Clé envoyée", "wait"),
    "expired": ("Clé expirée", "todo"),
    "redeemed": ("Compte ouvert", "done"),
}
STATES = (
    ("without_account", "Sans compte"),
    ("none", "Sans compte ni clé"),
    ("posted", "Clé envoyée, pas encore saisie"),
    ("expired", "Clé expirée"),
    ("redeemed", "Compte ouvert"),
    ("all", "Tous"),
)


class LettersForm(CommandForm):
    """Who is written to: the ticked boxes named `guardian`."""

    def refuse(self, sentence: str) -> None:
        """Says above the form what is missing."""
        self.form_errors = [*self.form_errors, sentence]
        self._blame(422)


@blueprint.route("/", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def show() -> ResponseReturnValue:
    """Guardians by school, class and what they hold; the form answers with the PDF."""
    form = LettersForm()
    if form.validate_on_submit():
        chosen = _chosen()
        if chosen:
            return _letters(form, chosen)
        form.refuse("Cochez au moins un responsable")
    filters = {
        name: request.args.get(name, default)
        for name, default in (("ecole", ""), ("classe", ""), ("etat", "without_account"), ("nom", ""))
    }
    view = ask(
        ListGuardians(
            place_code=filters["ecole"],
            class_name=filters["classe"] if filters["ecole"] else "",
            state="" if filters["etat"] == "all" else filters["etat"],
            text=filters["nom"],
            page=page_asked(),
        )
    )
    page = _page(view, filters, form)
    return page, form.status


@blueprint.post("/<uuid:guardian_id>/revoquer")
@access.requires_role(Role.FAMILY_FILES)
def revoke(guardian_id: UUID) -> ResponseReturnValue:
    """Voids the key posted to a guardian."""
    form = CommandForm()
    if form.validate_on_submit():
        ask(RevokeKey(command_id=form.command_id.data, guardian_id=guardian_id))
        flash("La clé est révoquée : le courrier envoyé n’ouvre plus rien.", "success")
    return redirect(
        access.local_path(request.form.get("retour", "")) or url_for("staff.activation_keys.show")
    )


def _page(view: KeysPage, filters: dict[str, str], form: LettersForm) -> str:
    def address(page: int) -> str:
        return "?" + urlencode({**filters, "page": page})

    return render_template(
        "staff/activation_keys.html",
        view=view,
        filters=filters,
        states=STATES,
        words=KEY_WORDS,
        form=form,
        address=address,
    )


def _letters(form: LettersForm, chosen: list[UUID]) -> ResponseReturnValue:
    letters = ask(IssueKeys(command_id=form.command_id.data, guardian_ids=chosen))
    if not letters:
        flash("Ces responsables ont déjà un compte : aucun courrier n’est nécessaire.", "info")
        return redirect(url_for("staff.activation_keys.show"))
    pdf = print_letters(letters, settings().public_url, clock().now())
    name = f"cles-enfance-{clock().now():%Y-%m-%d}.pdf"
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _chosen() -> list[UUID]:
    sent = map(id_in, request.form.getlist("guardian")[:500])
    return [guardian_id for guardian_id in sent if guardian_id is not None]
