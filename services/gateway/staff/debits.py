"""« Prélèvements »: announce a collection, make the bank's file, enter what came back."""

import gzip
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.debits import (
    AnnounceCollection,
    CancelCollection,
    CollectionPlan,
    CollectionState,
    CollectionView,
    DebitLine,
    MakeCollectionFile,
    OpenCollection,
    OpenCollectionFile,
    OpenDebitDesk,
    PlanCollection,
    RejectDebit,
    WithdrawDebit,
)
from contracts.billing.payments import PaymentState
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import CheckedForm, CommandForm, DateField, SelectField, required
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.sentences.billing import COLLECTION_STATES, DEBIT_REASONS, DEBIT_STATES, REJECTS
from gateway.services import ask

blueprint = Blueprint("debits", __name__, url_prefix="/prelevements")
navigation = [
    Entry(
        "Prélèvements",
        "staff.debits.show",
        order=44,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Annoncer un prélèvement, faire le fichier de la banque, enregistrer un rejet.",
    )
]
_OFFICE = access.requires_role(Role.BILLING)


class AnnounceForm(CheckedForm):
    """On which day."""

    collect_on = DateField(
        "Date du prélèvement", [required("Saisissez la date à laquelle les comptes seront débités.")]
    )


class RejectForm(CheckedForm):
    """Why, and when, as the bank writes it."""

    code = SelectField(
        "Motif donné par la banque",
        [required("Choisissez le motif du rejet.")],
        choices=[(code, f"{code} – {words}") for code, words in REJECTS.items()],
    )
    rejected_on = DateField("Date du rejet", [required("Saisissez la date du rejet.")])


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """The funds that collect, and what was collected."""
    return render_template("staff/debits.html", view=ask(OpenDebitDesk()), states=COLLECTION_STATES)


@blueprint.route("/annoncer/<fund>", methods=["GET", "POST"])
@_OFFICE
def announce(fund: str) -> ResponseReturnValue:
    """Announce a collection, after reading how many families it concerns."""
    found = next((each for each in ask(OpenDebitDesk()).funds if each.fund == fund), None)
    if found is None:
        abort(404)
    form = AnnounceForm(data={"collect_on": found.proposed})
    if form.validate_on_submit() and not form.to_be_changed():
        on = form.collect_on.data
        try:
            if form.step.data != "confirm":
                plan = ask(PlanCollection(fund=fund, collect_on=on))
                form.must_be_checked()
                return render_template(
                    "check_answers.html",
                    form=form,
                    heading="Vérifiez avant d’annoncer",
                    submit="Annoncer aux familles",
                    text=_effect(plan),
                )
            made = ask(AnnounceCollection(command_id=form.command_id.data, fund=fund, collect_on=on))
        except DomainError as refusal:
            form.show(refusal, collect_on="collect_on")
        else:
            flash(
                f"Le prélèvement {made.summary.number} est annoncé : un courriel part vers chaque famille.",
                "success",
            )
            return redirect(url_for(".read", collection_id=made.summary.collection_id))
    return render_template("staff/debit_announce.html", form=form, fund=found), form.status


@blueprint.get("/<uuid:collection_id>")
@_OFFICE
def read(collection_id: UUID) -> str:
    """A collection, family by family."""
    return render_template(
        "staff/collection.html",
        view=ask(OpenCollection(collection_id=collection_id)),
        states=COLLECTION_STATES,
        debit_states=DEBIT_STATES,
        reasons=DEBIT_REASONS | REJECTS,
    )


@blueprint.post("/<uuid:collection_id>/fichier")
@_OFFICE
def make_file(collection_id: UUID) -> ResponseReturnValue:
    """Makes the bank's file, once."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            made = ask(MakeCollectionFile(command_id=form.command_id.data, collection_id=collection_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            if made.summary.state is CollectionState.FILED:
                flash("Le fichier est fait : téléchargez-le, puis déposez-le à la banque.", "success")
            else:
                flash("Il n’y avait plus rien à prélever : ce prélèvement est abandonné.", "info")
    return redirect(url_for(".read", collection_id=collection_id))


@blueprint.get("/<uuid:collection_id>/fichier.xml")
@_OFFICE
def download(collection_id: UUID) -> Response:
    """The bank's file, the same each time."""
    found = ask(OpenCollectionFile(collection_id=collection_id))
    response = Response(gzip.decompress(found.content), mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/<uuid:collection_id>/abandonner", methods=["GET", "POST"])
@_OFFICE
def cancel(collection_id: UUID) -> ResponseReturnValue:
    """Gives up the whole of it; each family is told."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(CancelCollection(command_id=form.command_id.data, collection_id=collection_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("Le prélèvement est abandonné : un courriel part vers chaque famille.", "success")
        return redirect(url_for(".read", collection_id=collection_id))
    view = ask(OpenCollection(collection_id=collection_id))
    if view.summary.state is not CollectionState.ANNOUNCED:
        abort(404)
    return render_template("staff/collection_cancel.html", form=form, view=view, line=None), form.status


@blueprint.route("/<uuid:collection_id>/retirer/<uuid:payment_id>", methods=["GET", "POST"])
@_OFFICE
def withdraw(collection_id: UUID, payment_id: UUID) -> ResponseReturnValue:
    """Takes one family out of it."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(WithdrawDebit(command_id=form.command_id.data, payment_id=payment_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("Cette famille ne sera pas prélevée : un courriel le lui dit.", "success")
        return redirect(url_for(".read", collection_id=collection_id))
    view = ask(OpenCollection(collection_id=collection_id))
    line = _line(view, payment_id, PaymentState.COLLECTING)
    if view.summary.state is not CollectionState.ANNOUNCED:
        abort(404)
    return render_template("staff/collection_cancel.html", form=form, view=view, line=line), form.status


@blueprint.route("/<uuid:collection_id>/rejets/<uuid:payment_id>", methods=["GET", "POST"])
@_OFFICE
def reject(collection_id: UUID, payment_id: UUID) -> ResponseReturnValue:
    """Enters what a bank sent back."""
    view = ask(OpenCollection(collection_id=collection_id))
    line = _line(view, payment_id, PaymentState.COLLECTING, PaymentState.PAID)
    form = RejectForm()
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant d’enregistrer le rejet",
                submit="Enregistrer le rejet",
                text=f"Famille {line.family_label}, {french.euros(line.cents)} : la somme sera de nouveau due, "
                "et un courriel dira à la famille ce qu’elle doit faire.",
            )
        try:
            ask(
                RejectDebit(
                    command_id=form.command_id.data,
                    payment_id=payment_id,
                    code=form.code.data,
                    rejected_on=form.rejected_on.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Le rejet est enregistré : la famille est prévenue.", "success")
            return redirect(url_for(".read", collection_id=collection_id))
    return render_template("staff/debit_reject.html", form=form, view=view, line=line), form.status


def _line(view: CollectionView, payment_id: UUID, *states: PaymentState) -> DebitLine:
    line = next((each for each in view.lines if each.payment_id == payment_id), None)
    if line is None or line.state not in states:
        abort(404)
    return line


def _effect(plan: CollectionPlan) -> str:
    """« 312 familles seront prélevées de 14 512,40 € … »."""
    families = french.count(plan.debits, "famille sera prélevée", "familles seront prélevées")
    mandates = french.count(plan.mandates, "mandat en service", "mandats en service")
    return french.typeset(
        f"{families}, de {french.euros(plan.cents)} en tout ({mandates}). Un courriel part aussitôt vers chacune, et "
        "ses factures ne peuvent plus être réglées autrement d’ici là."
    )
