"""« Validations »: families that have not certified their data, by school and by what is missing; one family."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from contracts.accounts.certification import ListUncertified, ReviewFamily, UncertifiedRow
from contracts.caller import Role
from gateway import access, french, papers
from gateway.csv_files import csv_file
from gateway.family import certification_words
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.papers.family_sheets import family_sheet, sheet_name
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("certifications", __name__, url_prefix="/validations")
navigation = [
    Entry(
        "Validations",
        "staff.certifications.show",
        order=13,
        desk=Desk.FAMILIES,
        role=Role.FAMILY_FILES,
        hint="Les familles qui n’ont pas validé leurs données pour l’année scolaire.",
    )
]
LISTED = ("address", "phone", "email", "custody", "emergency_contact", "insurance", "consent", "quotient")
"""What the list can be filtered by: nothing of health, which is not read for it."""
COLUMNS = ("Dossier", "Famille", "Enfants", "Écoles", "Comptes ouverts", "Manquant ou périmé", "Relancée le")


@blueprint.get("/")
@access.requires_role(Role.FAMILY_FILES)
def show() -> str:
    """One page of the list."""
    filters = _filters()

    def address(page: int) -> str:
        return "?" + urlencode({**filters, "page": page})

    view = ask(
        ListUncertified(
            place_code=filters["ecole"],
            missing=filters["manque"],
            page=page_asked(),
        )
    )
    return render_template(
        "staff/certifications.html",
        view=view,
        filters=filters,
        address=address,
        codes=certification_words.CODES,
        listed=LISTED,
        export="export.csv?" + urlencode(filters),
    )


@blueprint.get("/export.csv")
@access.requires_role(Role.FAMILY_FILES)
def export() -> Response:
    """The whole list, for a spreadsheet."""
    filters = _filters()
    view = ask(ListUncertified(place_code=filters["ecole"], missing=filters["manque"], everything=True))
    return csv_file(f"validations-manquantes-{view.school_year}.csv", COLUMNS, map(_cells, view.families))


@blueprint.get("/<uuid:family_id>")
@access.requires_role(Role.FAMILY_FILES)
def review(family_id: UUID) -> str:
    """A family's points, as the family sees them; the reading is recorded."""
    view = ask(ReviewFamily(family_id=family_id))
    return render_template("staff/certification.html", view=view, words=certification_words)


@blueprint.get("/<uuid:family_id>/fiche.pdf")
@access.requires_role(Role.FAMILY_FILES)
def sheet(family_id: UUID) -> Response:
    """The family information sheet; the reading is recorded."""
    view = ask(ReviewFamily(family_id=family_id))
    return papers.pdf(papers.render("family_sheet", family_sheet(view, clock().now())), sheet_name(view))


def _filters() -> dict[str, str]:
    missing = request.args.get("manque", "")
    return {
        "ecole": request.args.get("ecole", "")[:40],
        "manque": missing if missing in LISTED else "",
    }


def _cells(row: UncertifiedRow) -> tuple[str, ...]:
    return (
        row.number,
        row.label,
        ", ".join(row.children),
        ", ".join(row.schools),
        str(row.accounts),
        ", ".join(certification_words.CODES.get(code, code) for code in row.missing),
        french.short_day(row.reminded_on) if row.reminded_on else "",
    )
