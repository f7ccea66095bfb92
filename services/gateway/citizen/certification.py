"""« Valider mes données familles »: one page that walks through everything, and the signature at its end."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.certification import (
    AlreadyCertified,
    CertificationView,
    CertifyFamily,
    PointState,
    PointView,
    ReviewFamily,
)
from contracts.accounts.families import HouseholdView, MyHousehold
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.home import Overview
from contracts.errors import DomainError
from gateway import dashboard
from gateway.browser import browser_session
from gateway.citizen.enrolments import document_address
from gateway.dashboard import Page, Task
from gateway.document_types import names_from
from gateway.family import certification_words
from gateway.forms import CheckboxField, CommandForm, HiddenField, required
from gateway.sentences import sentence_of
from gateway.services import ask, ask_each
from gateway.wiring import clock

blueprint = Blueprint("certification", __name__, url_prefix="/valider")
_UNDERWAY = "certifying"
_CORRECTED_ON = (
    "attachments", "changes", "child_file", "consents", "contacts", "custody", "family", "family_file", "health",
    "my_address", "my_phone", "quotient",
)  # fmt: skip
"""The pages that correct a point of the review, by blueprint."""


class SignatureForm(CommandForm):
    """What the page showed, and the agreement to it."""

    school_year = HiddenField()
    reference = HiddenField()
    agreed = CheckboxField(
        "J’ai relu chaque point de cette page et je le certifie.",
        [required("Cochez la case pour signer.")],
    )


@blueprint.get("/")
def choose() -> ResponseReturnValue:
    """Straight to the page when there is one home."""
    household = ask(MyHousehold())
    homes = household.certifications
    if len(homes) == 1:
        return redirect(url_for(".show", family_id=homes[0].family_id))
    return render_template("citizen/certification_choose.html", homes=homes)


@blueprint.route("/<uuid:family_id>", methods=["GET", "POST"])
def show(family_id: UUID) -> ResponseReturnValue:
    """The review of a home; posted, its signature."""
    form = SignatureForm()
    if form.validate_on_submit():
        try:
            ask(
                CertifyFamily(
                    command_id=form.command_id.data,
                    family_id=family_id,
                    school_year=str(form.school_year.data),
                    reference=str(form.reference.data),
                )
            )
        except AlreadyCertified as refusal:
            flash(sentence_of(refusal).text, "info")
            return redirect(url_for(".show", family_id=family_id))
        except DomainError as refusal:
            form.show(refusal)
            form.agreed.data = False
        else:
            session.pop(_UNDERWAY, None)
            flash("Les données de votre famille sont validées. Merci.", "success")
            return redirect(url_for(".show", family_id=family_id))
    view, overview, types = ask_each([ReviewFamily(family_id=family_id), Overview(), ListDocumentTypes()])
    if isinstance(view, Exception):
        raise view
    form.school_year.data, form.reference.data = view.school_year, view.reference
    if view.signature is None:
        session[_UNDERWAY] = _mark(family_id)
    ids = {child.child_id for child in view.family.children}
    awaited = [] if isinstance(overview, Exception) else overview.enrolments
    page = render_template(
        "citizen/certification.html",
        view=view,
        form=form,
        words=certification_words,
        fix=lambda point: address_of(view, point),
        blocking=[point for point in view.points if point.blocks],
        awaited=[each for each in awaited if each.missing_documents and each.child_id in ids],
        document_address=document_address,
        document_name=names_from(types),
        today=clock().now(),
    )
    return page, form.status


def address_of(view: CertificationView, point: PointView) -> str:
    """The page where a point is corrected."""
    family_id, subject_id = view.family.family_id, point.subject_id
    me = next((member.guardian_id for member in view.family.guardians if member.is_me), None)
    match point.code:
        case "phone" if subject_id == me:
            return url_for("citizen.my_phone.change")
        case "email" if subject_id == me:
            return url_for("citizen.my_address.change")
        case "address":
            return url_for("citizen.family_file.address", family_id=family_id)
        case "phone":
            return url_for("citizen.family_file.adult", family_id=family_id, guardian_id=subject_id)
        case "child":
            return url_for("citizen.family_file.civil_status", family_id=family_id, child_id=subject_id)
        case "insurance":
            return url_for("citizen.family_file.insurance", family_id=family_id, child_id=subject_id)
        case "emergency_contact" if point.state is PointState.MISSING:
            return url_for("citizen.contacts.add", family_id=family_id)
        case "custody":
            return url_for("citizen.custody.show", child_id=subject_id)
        case "diet" | "vaccines":
            return url_for(f"citizen.health.{point.code}", child_id=subject_id)
        case "pai":
            return url_for("citizen.health.care", child_id=subject_id)
        case "consent":
            here = url_for("citizen.certification.show", family_id=family_id)
            return url_for("citizen.consents.show", retour=here)
        case "quotient":
            return url_for("citizen.quotient.show", family_id=family_id)
    return url_for("citizen.family.show")


@blueprint.app_context_processor
def underway() -> dict[str, object]:
    """On the pages where something is corrected: the way back to the page that is being signed."""

    def certifying() -> str:
        family_id = str(session.get(_UNDERWAY, "")).partition(" ")[2]
        if not family_id or session.get(_UNDERWAY) != _mark(family_id):
            return ""
        if not str(request.endpoint).startswith(tuple(f"citizen.{each}." for each in _CORRECTED_ON)):
            return ""
        return url_for("citizen.certification.show", family_id=family_id)

    return {"certifying": certifying}


@dashboard.part(order=15, asks=lambda: [MyHousehold()])
def show_due(page: Page, household: HouseholdView) -> None:
    """A task while a home has not signed for the school year."""
    for home in household.certifications:
        if home.signed_at is None:
            page.to_do(
                Task(
                    "Vos données familles sont à valider",
                    f"Foyer {home.label}, année scolaire {home.school_year} : relisez-les, corrigez, signez.",
                    "Relire et signer",
                    url_for("citizen.certification.show", family_id=home.family_id),
                )
            )


def _mark(family_id: UUID | str) -> str:
    """Tied to who is signed in: somebody else at the same browser sees nothing of it."""
    signed_in = browser_session.current()
    return f"{signed_in.account_id if signed_in else ''} {family_id}"
