"""« Facturation »: a month's run, from the draft to the published invoices."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.invoices import InvoiceKind
from contracts.billing.runs import (
    BillingDesk,
    CheckRun,
    DiscardRun,
    DraftRun,
    OpenRun,
    PublishRun,
    ReadRunPapers,
    ReplaySheets,
    RunPapers,
    RunState,
    RunView,
)
from contracts.caller import Role
from contracts.errors import DomainError
from contracts.messages import Command
from gateway import access, french, papers
from gateway.forms import CommandForm
from gateway.forms.numbers import page_asked
from gateway.money import bills
from gateway.navigation import Desk, Entry
from gateway.papers import bundle
from gateway.sentences import problem, sentence_of
from gateway.sentences.billing import ANOMALIES, LEFT_OUT, RUN_STATES
from gateway.services import ask

blueprint = Blueprint("billing", __name__, url_prefix="/facturation")
navigation = [
    Entry(
        "Facturation",
        "staff.billing.show",
        order=40,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Préparer, vérifier et publier les factures d’un mois.",
    )
]

PAGE = 50
_OFFICE = access.requires_role(Role.BILLING)


class OrderForm(CommandForm):
    """A button that orders something."""


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Runs made, months to make, what needs a person."""
    return render_template("staff/billing.html", desk=ask(BillingDesk()), states=RUN_STATES)


@blueprint.post("/brouillon")
@_OFFICE
def draft() -> ResponseReturnValue:
    """A new draft of the month and the fund chosen."""
    form = OrderForm()
    try:
        month = date.fromisoformat(request.form.get("month", ""))
    except ValueError:
        return redirect(url_for(".show"))
    if not form.validate_on_submit():
        return redirect(url_for(".show"))
    fund = request.form.get("fund", "")[:10]
    run = _order(DraftRun(command_id=form.command_id.data, month=month, fund=fund))
    return redirect(url_for(".read", run_id=run.summary.run_id) if run else url_for(".show"))


@blueprint.get("/<uuid:run_id>")
@_OFFICE
def read(run_id: UUID) -> str:
    """The check page: totals, what is left out and why, what looks odd, every family."""
    family = request.args.get("famille", "")[:60]
    page = page_asked()
    run = ask(OpenRun(run_id=run_id, family=family, page=page))
    return render_template(
        "staff/billing_run.html",
        run=run,
        states=RUN_STATES,
        reasons=LEFT_OUT,
        anomalies=_grouped(run),
        family=family,
        pages=-(-run.invoices_total // PAGE),
        address=lambda number: url_for(".read", run_id=run_id, famille=family, page=number),
    )


@blueprint.get("/<uuid:run_id>/factures.zip")
@_OFFICE
def download(run_id: UUID) -> Response:
    """Every invoice and credit note of a published run, printed and sent one after the other."""
    first = ask(ReadRunPapers(run_id=run_id))
    return bundle.bundle(_papers(run_id, first), f"factures-{first.fund}-{first.month:%Y-%m}.zip")


@blueprint.post("/<uuid:run_id>/verifier")
@_OFFICE
def check(run_id: UUID) -> ResponseReturnValue:
    """The agent has read it."""
    form = OrderForm()
    if form.validate_on_submit() and _order(CheckRun(command_id=form.command_id.data, run_id=run_id)):
        flash("La facturation est vérifiée. Il reste à la publier.", "success")
    return redirect(url_for(".read", run_id=run_id))


@blueprint.post("/<uuid:run_id>/redemander")
@_OFFICE
def replay(run_id: UUID) -> ResponseReturnValue:
    """Sheets that differ are told again; the draft that lacks them is dropped."""
    form = OrderForm()
    if not form.validate_on_submit():
        return redirect(url_for(".read", run_id=run_id))
    run = _order(ReplaySheets(command_id=form.command_id.data, run_id=run_id))
    if run is None or run.summary.state is not RunState.DISCARDED:
        return redirect(url_for(".read", run_id=run_id))
    flash("Les feuilles sont redemandées. Refaites le brouillon du mois dans quelques instants.", "success")
    return redirect(url_for(".show"))


@blueprint.post("/<uuid:run_id>/publier")
@_OFFICE
def publish(run_id: UUID) -> ResponseReturnValue:
    """Numbers and publishes; from here on nothing is edited."""
    form = OrderForm()
    if form.validate_on_submit():
        run = _order(PublishRun(command_id=form.command_id.data, run_id=run_id))
        if run is not None and run.summary.state is RunState.PUBLISHED:
            papers = french.count(run.summary.invoices, "facture publiée", "factures publiées")
            flash(f"{papers}. Les familles sont prévenues.", "success")
    return redirect(url_for(".read", run_id=run_id))


@blueprint.post("/<uuid:run_id>/abandonner")
@_OFFICE
def discard(run_id: UUID) -> ResponseReturnValue:
    """Drops a draft."""
    form = OrderForm()
    if form.validate_on_submit() and _order(DiscardRun(command_id=form.command_id.data, run_id=run_id)):
        flash("Le brouillon est abandonné.", "info")
    return redirect(url_for(".show"))


def _order(command: Command[RunView]) -> RunView | None:
    """The run after the order; a refusal becomes a message on the next page."""
    try:
        return ask(command)
    except DomainError as refusal:
        problems = refusal.details.get("problems")
        words = [problem(str(code)) for code in problems.values()] if isinstance(problems, dict) else []
        flash(" ".join(words) or sentence_of(refusal).text, "warning")
        return None


def _papers(run_id: UUID, part: RunPapers) -> Iterator[tuple[str, bytes]]:
    """(name, PDF) of each paper of the run, read a few at a time."""
    while True:
        while part.invoices:
            invoice = part.invoices.pop(0)
            kind = "facture" if invoice.summary.kind is InvoiceKind.INVOICE else "avoir"
            yield (
                f"{kind}-{invoice.summary.number}.pdf",
                papers.render("invoice", bills.invoice_paper(invoice)),
            )
        if part.after is None:
            return
        part = ask(ReadRunPapers(run_id=run_id, after=part.after))


def _grouped(run: RunView) -> list[tuple[str, list[object]]]:
    """Anomalies under the sentence of their kind."""
    groups: dict[str, list[object]] = {}
    for anomaly in run.anomalies:
        groups.setdefault(ANOMALIES[anomaly.kind], []).append(anomaly)
    return list(groups.items())
