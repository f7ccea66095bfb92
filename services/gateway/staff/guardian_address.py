"""A parent who no longer reads at the account's address: an agent asks for another, once identity was checked."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.families import MemberView, OpenFamily
from contracts.accounts.own_account import ChangeAccountEmail
from contracts.caller import Role
from contracts.errors import DomainError, NotFound
from gateway import access
from gateway.forms import CommandForm, EmailField, TextField, at_most, email_address, required
from gateway.french import typeset
from gateway.services import ask

blueprint = Blueprint("guardian_address", __name__, url_prefix="/familles")


class GuardianAddressForm(CommandForm):
    """Where to write from now on, and what says that it is they who ask."""

    email = EmailField(
        "Nouvelle adresse courriel",
        [required("Saisissez la nouvelle adresse courriel"), at_most(320), email_address()],
        autocomplete="off",
    )
    checked = TextField(
        "Identité vérifiée par",
        [required("Dites comment l’identité a été vérifiée"), at_most(200)],
        hint="Par exemple : carte d’identité présentée au guichet.",
        autocomplete="off",
    )


@blueprint.route("/<uuid:family_id>/responsables/<uuid:guardian_id>/adresse", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def change(family_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """The form; the change itself waits for the link sent to the new address."""
    form = GuardianAddressForm()
    if form.validate_on_submit():
        command = ChangeAccountEmail(
            command_id=form.command_id.data,
            guardian_id=guardian_id,
            email=form.email.data,
            checked=form.checked.data,
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal, email_taken="email")
        else:
            flash(
                typeset(
                    "Le lien de confirmation est parti à la nouvelle adresse, et l’ancienne est prévenue : "
                    "l’adresse change dès que le lien est ouvert."
                ),
                "success",
            )
            return redirect(url_for("staff.families.show", family_id=family_id))
    file = ask(OpenFamily(family_id=family_id))
    member = _find(file.family.guardians, guardian_id)
    return render_template(
        "staff/guardian_address.html", form=form, family=file.family, member=member
    ), form.status


def _find(members: list[MemberView], guardian_id: UUID) -> MemberView:
    found = next((each for each in members if each.guardian_id == guardian_id and each.has_account), None)
    if found is None:
        raise NotFound
    return found
