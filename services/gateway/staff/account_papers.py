"""A family's statement of account and tax certificate, for the office."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from contracts.billing.papers import OpenCertificate, OpenStatement
from contracts.caller import Role
from gateway import access, papers
from gateway.papers import account_papers
from gateway.services import ask

blueprint = Blueprint("account_papers", __name__, url_prefix="/factures/familles")

_OFFICE = access.requires_role(Role.BILLING)
_OF = "/<uuid:family_id>/<int(min=2000, max=2199):year>"


@blueprint.get(f"{_OF}/compte")
@_OFFICE
def statement(family_id: UUID, year: int) -> str:
    """A year of the account, with the way to the other years and to the certificate."""
    view = ask(OpenStatement(family_id=family_id, year=year))
    return render_template("staff/account_statement.html", view=view, words=account_papers)


@blueprint.get(f"{_OF}/compte.pdf")
@_OFFICE
def print_statement(family_id: UUID, year: int) -> Response:
    """The same as a paper."""
    view = ask(OpenStatement(family_id=family_id, year=year))
    content = papers.render("statement", account_papers.statement_paper(view))
    return papers.pdf(content, f"releve-{view.family_number}-{year}.pdf")


@blueprint.get(f"{_OF}/attestation.pdf")
@_OFFICE
def certificate(family_id: UUID, year: int) -> Response:
    """The tax certificate as a paper."""
    view = ask(OpenCertificate(family_id=family_id, year=year))
    content = papers.render("certificate", account_papers.certificate_paper(view))
    return papers.pdf(content, f"attestation-fiscale-{view.family_number}-{year}.pdf")
