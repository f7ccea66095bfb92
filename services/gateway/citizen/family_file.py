"""« Ma famille », what can be changed: the address, the adults, a child's civil status and insurance."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.changes import SubjectKind
from contracts.accounts.records import AdultRecord
from gateway.citizen.home_file import Home, open_home
from gateway.family import change_words, family_changes
from gateway.family.family_forms import (
    AddressForm,
    ChildForm,
    GuardianForm,
    InsuranceForm,
    address_values,
    adult_values,
    child_values,
    insurance_values,
)
from gateway.forms.change import ChangeForm

blueprint = Blueprint("family_file", __name__, url_prefix="/famille/<uuid:family_id>")


@blueprint.route("/adresse", methods=["GET", "POST"])
def address(family_id: UUID) -> ResponseReturnValue:
    """A new address waits for an agent, who looks at the proof."""
    home, form = open_home(family_id), AddressForm()
    form.open(address_values(home.family), home.awaiting(SubjectKind.FAMILY, family_id), family_id)
    proof = url_for(
        "citizen.attachments.show",
        kind="family",
        subject_id=family_id,
        type="justificatif_domicile",
        suite=url_for("citizen.changes.show"),
    )
    return _change(
        home,
        form,
        family_id,
        heading="Adresse du foyer",
        caption=f"Foyer {home.family.label}",
        back=url_for("citizen.family.show"),
        if_awaiting=proof,
        review="L’adresse décide du tarif des activités : un agent la vérifie avant de l’enregistrer. "
        "Vous pourrez joindre un justificatif de domicile juste après.",
    )


@blueprint.route("/responsables/<uuid:guardian_id>", methods=["GET", "POST"])
def adult(family_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """Names wait for an agent; title and telephone are written at once."""
    home, form = open_home(family_id), GuardianForm()
    record = home.adult(guardian_id)
    form.offer(record)
    form.open(adult_values(record), home.awaiting(SubjectKind.GUARDIAN, guardian_id), guardian_id)
    return _change(
        home,
        form,
        guardian_id,
        heading="Responsable",
        caption=f"{record.first_name} {record.usage_name or record.last_name}",
        back=url_for("citizen.family.show"),
        review=f"Un changement de nom ou de prénom est vérifié par un agent. {_phone_rule(home, record)}",
    )


@blueprint.route("/enfants/<uuid:child_id>/etat-civil", methods=["GET", "POST"])
def civil_status(family_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Names and birth date wait for an agent; both homes of the child see what is decided."""
    home, form = open_home(family_id), ChildForm()
    view, record = home.child(child_id)
    form.open(child_values(record), home.awaiting(SubjectKind.CHILD, child_id), child_id)
    back = url_for("citizen.child_file.show", family_id=family_id, child_id=child_id)
    both = " Le changement vaudra dans les deux foyers de l’enfant." if view.elsewhere else ""
    return _change(
        home,
        form,
        child_id,
        heading="État civil",
        caption=f"{view.first_name} {view.last_name}",
        back=back,
        review=f"Un agent vérifie ces informations avant de les enregistrer.{both}",
    )


@blueprint.route("/enfants/<uuid:child_id>/assurance", methods=["GET", "POST"])
def insurance(family_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """The school insurance, written at once."""
    home, form = open_home(family_id), InsuranceForm()
    view, _ = home.child(child_id)
    form.open(
        insurance_values(home.insurance(child_id)), home.awaiting(SubjectKind.INSURANCE, child_id), child_id
    )
    back = url_for("citizen.child_file.show", family_id=family_id, child_id=child_id)
    return _change(
        home,
        form,
        child_id,
        heading="Assurance scolaire",
        caption=f"{view.first_name} {view.last_name}",
        back=back,
    )


def _phone_rule(home: Home, adult: AdultRecord) -> str:
    """Where the telephone is changed: whoever gave one to their account keeps it there."""
    if not adult.has_own_phone:
        return "Le téléphone est enregistré aussitôt."
    is_me = any(each.is_me and each.guardian_id == adult.guardian_id for each in home.family.guardians)
    if is_me:
        return "Votre téléphone se change dans « Mon compte »."
    return f"{adult.first_name} change son téléphone dans son propre compte."


def _change(
    home: Home,
    form: ChangeForm,
    subject_id: UUID,
    *,
    heading: str,
    caption: str,
    back: str,
    review: str = "",
    if_awaiting: str = "",
) -> ResponseReturnValue:
    """The form, filled; sent, the change is proposed and the parent goes `back`, or where one that waits is proven."""
    if form.validate_on_submit():
        outcome = family_changes.propose(form, home.family.family_id, subject_id, home.children)
        if outcome is not None:
            family_changes.tell(outcome)
            return redirect(if_awaiting if outcome.awaiting and if_awaiting else back)
    page = render_template(
        "citizen/family_form.html",
        form=form,
        heading=heading,
        caption=caption,
        back=back,
        review=review,
        awaiting=home.awaiting(form.kind, subject_id),
        children=home.children,
        words=change_words,
    )
    return page, form.status
