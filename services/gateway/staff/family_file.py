"""An agent changes a family's file directly: the same forms and the same engine as the parents', written at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.families import FamilyFile, OpenFamily
from contracts.accounts.records import HomeRecord
from contracts.caller import Role
from gateway import access
from gateway.family import change_words, family_changes
from gateway.family.family_forms import (
    AddressForm,
    ChildForm,
    ContactForm,
    GuardianForm,
    InsuranceForm,
    address_values,
    adult_values,
    child_values,
    contact_values,
    insurance_values,
)
from gateway.forms.change import ChangeForm
from gateway.services import ask

blueprint = Blueprint("family_file", __name__, url_prefix="/familles/<uuid:family_id>/modifier")


@dataclass(frozen=True)
class Opened:
    """A form ready to be shown, and what the page calls it."""

    form: ChangeForm
    values: dict[str, Any]
    heading: str
    caption: str


def _address(file: FamilyFile, _record: HomeRecord, _subject_id: UUID) -> Opened:
    return Opened(AddressForm(), address_values(file.family), "Adresse du foyer", file.family.label)


def _adult(_file: FamilyFile, record: HomeRecord, subject_id: UUID) -> Opened:
    adult = next((each for each in record.adults if each.guardian_id == subject_id), None) or abort(404)
    form = GuardianForm()
    form.offer(adult)
    return Opened(form, adult_values(adult), "Responsable", f"{adult.first_name} {adult.last_name}")


def _child(_file: FamilyFile, record: HomeRecord, subject_id: UUID) -> Opened:
    child = next((each for each in record.children if each.child_id == subject_id), None) or abort(404)
    return Opened(ChildForm(), child_values(child), "État civil", f"{child.first_name} {child.last_name}")


def _insurance(_file: FamilyFile, record: HomeRecord, subject_id: UUID) -> Opened:
    child = next((each for each in record.children if each.child_id == subject_id), None) or abort(404)
    known = next((each for each in record.insurances if each.child_id == subject_id), None)
    return Opened(
        InsuranceForm(),
        insurance_values(known),
        "Assurance scolaire",
        f"{child.first_name} {child.last_name}",
    )


def _contact(_file: FamilyFile, record: HomeRecord, subject_id: UUID) -> Opened:
    contact = next((each for each in record.contacts if each.contact_id == subject_id), None) or abort(404)
    form = ContactForm()
    form.offer(record)
    return Opened(form, contact_values(contact), "Contact", f"{contact.first_name} {contact.last_name}")


OPENERS: dict[str, Callable[[FamilyFile, HomeRecord, UUID], Opened]] = {
    "adresse": _address,
    "responsable": _adult,
    "enfant": _child,
    "assurance": _insurance,
    "contact": _contact,
}


@blueprint.route("/<what>/<uuid:subject_id>", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def change(family_id: UUID, what: str, subject_id: UUID) -> ResponseReturnValue:
    """One subject of the file. The opening and the change are recorded by the service."""
    file = ask(OpenFamily(family_id=family_id))
    record = file.record
    if what not in OPENERS or record is None:
        abort(404)
    opened, children = OPENERS[what](file, record, subject_id), change_words.names_of(record)
    opened.form.open(opened.values, [], subject_id)
    back = url_for("staff.families.show", family_id=family_id)
    if opened.form.validate_on_submit():
        outcome = family_changes.propose(opened.form, family_id, subject_id, children)
        if outcome is not None:
            if outcome.applied:
                flash("Le dossier est modifié.", "success")
            else:
                flash("Rien n’a changé : ces réponses sont celles du dossier.", "info")
            return redirect(back)
    page = render_template("staff/family_form.html", opened=opened, form=opened.form, back=back)
    return page, opened.form.status
