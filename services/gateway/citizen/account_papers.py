"""« Relevés et attestations »: the account of a family year by year, and its tax certificates, read and printed."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from contracts.billing.papers import MyPapers, OpenCertificate, OpenStatement
from gateway import papers
from gateway.papers import account_papers
from gateway.services import ask

blueprint = Blueprint("account_papers", __name__, url_prefix="/factures/releves")

_OF = "/<uuid:family_id>/<int(min=2000, max=2199):year>"


@blueprint.get("/")
def show() -> str:
    """Every year of every family."""
    return render_template("citizen/account_papers.html", view=ask(MyPapers()))


@blueprint.get(f"{_OF}/compte")
def statement(family_id: UUID, year: int) -> str:
    """A year of the account."""
    view = ask(OpenStatement(family_id=family_id, year=year))
    return render_template("citizen/account_statement.html", view=view, words=account_papers)


@blueprint.get(f"{_OF}/compte.pdf")
def print_statement(family_id: UUID, year: int) -> Response:
    """The same as a paper."""
    view = ask(OpenStatement(family_id=family_id, year=year))
    content = papers.render("statement", account_papers.statement_paper(view))
    return papers.pdf(content, f"releve-{view.family_number}-{year}.pdf")


@blueprint.get(f"{_OF}/attestation")
def certificate(family_id: UUID, year: int) -> str:
    """A year's tax certificate."""
    view = ask(OpenCertificate(family_id=family_id, year=year))
    return render_template("citizen/tax_certificate.html", view=view, words=account_papers)


@blueprint.get(f"{_OF}/attestation.pdf")
def print_certificate(family_id: UUID, year: int) -> Response:
    """The same as a paper."""
    view = ask(OpenCertificate(family_id=family_id, year=year))
    content = papers.render("certificate", account_papers.certificate_paper(view))
    return papers.pdf(content, f"attestation-fiscale-{view.family_number}-{year}.pdf")
