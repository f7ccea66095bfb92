"""« Édition de documents »: the family information sheet and the enrolment sheets, as PDF."""

from uuid import UUID

from flask import Blueprint, Response, abort, render_template

from contracts.accounts.certification import ReviewFamily
from contracts.accounts.families import MyHousehold
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.enrolments import MyEnrolments, ShowEnrolment
from gateway import papers
from gateway.citizen.enrolments import STATES
from gateway.document_types import names_from
from gateway.navigation import Entry
from gateway.papers.family_sheets import enrolment_sheet, family_sheet, sheet_name
from gateway.services import ask, ask_each
from gateway.wiring import clock

blueprint = Blueprint("paperwork", __name__, url_prefix="/edition")
navigation = [Entry("Édition de documents", "citizen.paperwork.show", order=60)]


@blueprint.get("/")
def show() -> str:
    """What can be printed. Without enrolment's answer, the family's sheets remain."""
    household, enrolments = ask_each([MyHousehold(), MyEnrolments()])
    if isinstance(household, Exception):
        raise household
    away = isinstance(enrolments, Exception)
    return render_template(
        "citizen/paperwork.html",
        household=household,
        enrolments=[] if away else enrolments,
        away=away,
        states=STATES,
    )


@blueprint.get("/famille/<uuid:family_id>.pdf")
def family(family_id: UUID) -> Response:
    """The family information sheet."""
    view = ask(ReviewFamily(family_id=family_id))
    return papers.pdf(papers.render("family_sheet", family_sheet(view, clock().now())), sheet_name(view))


@blueprint.get("/inscription/<uuid:enrolment_id>.pdf")
def enrolment(enrolment_id: UUID) -> Response:
    """The sheet of one enrolment, with the home of whoever prints it."""
    found, household, types = ask_each(
        [ShowEnrolment(enrolment_id=enrolment_id), MyHousehold(), ListDocumentTypes()]
    )
    for answer in (found, household):
        if isinstance(answer, Exception):
            raise answer
    homes = [
        home
        for home in household.families
        if any(child.child_id == found.child_id for child in home.children)
    ]
    if not homes:
        abort(404)
    home = next((home for home in homes if home.family_id == found.family_id), homes[0])
    sheet = enrolment_sheet(found, home, names_from(types), clock().now())
    name = f"fiche-inscription-{found.activity_code}-{found.school_year}.pdf"
    return papers.pdf(papers.render("enrolment_sheet", sheet), name)
