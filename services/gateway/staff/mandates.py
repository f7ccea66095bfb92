"""« Mandats » for the office: find one, print it for the bank, end it when the family asks."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.debits import FindMandates, MandateState, OpenMandate, ResumeMandate, RevokeMandate
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, papers
from gateway.forms import CommandForm
from gateway.forms.numbers import page_asked
from gateway.papers.mandate import mandate_paper
from gateway.sentences import sentence_of
from gateway.sentences.billing import MANDATE_STATES, REJECTS
from gateway.services import ask

blueprint = Blueprint("mandates", __name__, url_prefix="/prelevements/mandats")

PAGE = 50
_OFFICE = access.requires_role(Role.BILLING)
_LIVING = (MandateState.ACTIVE, MandateState.SUSPENDED)


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Mandates by family, holder, file number or reference."""
    words = request.args.get("recherche", "")[:60]
    page = page_asked()
    found = ask(FindMandates(text=words, page=page))
    return render_template(
        "staff/mandates.html",
        found=found,
        words=words,
        states=MANDATE_STATES,
        living=_LIVING,
        pages=-(-found.total // PAGE),
        address=lambda number: url_for(".show", recherche=words, page=number),
    )


@blueprint.get("/<uuid:mandate_id>.pdf")
@_OFFICE
def download(mandate_id: UUID) -> Response:
    """The mandate as a paper, with the whole account number: a bank may ask for it."""
    paper = ask(OpenMandate(mandate_id=mandate_id))
    return papers.pdf(papers.render("mandate", mandate_paper(paper)), f"mandat-{paper.mandate.reference}.pdf")


@blueprint.route("/<uuid:mandate_id>/arreter", methods=["GET", "POST"])
@_OFFICE
def stop(mandate_id: UUID) -> ResponseReturnValue:
    """End a mandate for a family that asks."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ended = ask(RevokeMandate(command_id=form.command_id.data, mandate_id=mandate_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash(f"Le mandat {ended.reference} a pris fin : un courriel le dit à son titulaire.", "success")
        return redirect(url_for(".show"))
    mandate = ask(OpenMandate(mandate_id=mandate_id)).mandate
    if mandate.state not in _LIVING:
        abort(404)
    return render_template("staff/mandate_stop.html", form=form, mandate=mandate), form.status


@blueprint.route("/<uuid:mandate_id>/reprendre", methods=["GET", "POST"])
@_OFFICE
def resume(mandate_id: UUID) -> ResponseReturnValue:
    """Take a suspended mandate up again for a family that asks."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            resumed = ask(ResumeMandate(command_id=form.command_id.data, mandate_id=mandate_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash(
                f"Le mandat {resumed.reference} sert de nouveau : un courriel le dit à son titulaire.",
                "success",
            )
        return redirect(url_for(".show"))
    mandate = ask(OpenMandate(mandate_id=mandate_id)).mandate
    if not mandate.resumable:
        abort(404)
    return render_template(
        "staff/mandate_resume.html", form=form, mandate=mandate, reasons=REJECTS
    ), form.status
