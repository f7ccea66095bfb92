"""« Activités »: an activity made or changed on a page, with the sentences that parents will read before it is kept."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents.types import DocumentTypeView, ListDocumentTypes
from contracts.enrolment.absence_terms import AbsenceTerms
from contracts.enrolment.offer import (
    ActivityPreview,
    ActivityView,
    DefineActivity,
    OfferView,
    PlaceKind,
    PreviewActivity,
    ShowOffer,
)
from contracts.errors import DomainError
from gateway import access
from gateway.activities import absence_rules
from gateway.activities.activity_form import ActivityForm, filled
from gateway.document_types import names_from
from gateway.forms.numbers import number_in
from gateway.services import ask, ask_each

blueprint = Blueprint("activities", __name__, url_prefix="/activites")
_ADMINISTRATION = access.requires_role(Role.ADMINISTRATION)


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@blueprint.route("/<code>", methods=["GET", "POST"])
@_ADMINISTRATION
def define(code: str = "") -> ResponseReturnValue:
    """The whole form; « Prévisualiser » shows the words, « Enregistrer » keeps the terms."""
    offer, types = ask_each([ShowOffer(), ListDocumentTypes()])
    if isinstance(offer, Exception):
        raise offer
    found = next((each for each in offer.activities if each.terms.code == code), None)
    if code and found is None:
        abort(404)
    form = _form(found)
    _choices(form, found, offer, types)
    preview: ActivityPreview | None = None
    if form.validate_on_submit() and (terms := form.terms(found.terms if found else None)) is not None:
        try:
            if request.form.get("step") == "save":
                version = number_in(form.version.data)
                ask(DefineActivity(command_id=form.command_id.data, terms=terms, version=version))
                if found is None:
                    flash(
                        f"L’activité « {terms.name} » est enregistrée. Dites où elle est proposée.", "success"
                    )
                    return redirect(url_for("staff.places.offer_in_places", activity_code=terms.code))
                flash(f"L’activité « {terms.name} » est enregistrée.", "success")
                return redirect(url_for("staff.offer.show", _anchor=f"a-{terms.code}"))
            preview = ask(PreviewActivity(terms=terms))
        except DomainError as refusal:
            form.show(refusal, **({} if found else {"activity_changed": "name"}))
    return _page(form, found, preview, offer), form.status


def _choices(
    form: ActivityForm,
    found: ActivityView | None,
    offer: OfferView,
    types: list[DocumentTypeView] | Exception,
) -> None:
    """The schools and documents to tick. What is ticked already stays offered, whatever became of it."""
    rule = found.terms if found else None
    kept = rule.eligibility.schools if rule else frozenset()
    form.schools.choices = [
        (place.code, place.name)
        for place in offer.places
        if place.kind is PlaceKind.SCHOOL or place.code in kept
    ]
    known = [each.code for each in types] if isinstance(types, list) else []
    codes = dict.fromkeys([*known, *(rule.documents if rule else ())])
    form.documents.choices = [(code, names_from(types)(code)) for code in codes]


def _form(found: ActivityView | None) -> ActivityForm:
    if found is None:
        return ActivityForm(where="own_school", season="term", booked_by="day", waiting="none", at_once="yes",
                            adding="days_before", cancelling="days_before", waiting_hours=48,
                            **absence_rules.filled(AbsenceTerms()))  # fmt: skip
    return ActivityForm(**filled(found.terms), version=str(found.version))


def _page(
    form: ActivityForm, found: ActivityView | None, preview: ActivityPreview | None, offer: OfferView
) -> str:
    return render_template(
        "staff/activity.html",
        form=form,
        found=found,
        preview=preview,
        absence_sentence=absence_rules.sentence,
        offered=[each for each in offer.offerings if found and each.activity_code == found.terms.code],
    )
