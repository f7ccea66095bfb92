"""« Prélèvement automatique »: sign a mandate, see what will be debited, end it."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.debits import (
    DebitOffer,
    MandateList,
    MandateState,
    MandateView,
    MyMandates,
    OpenMandate,
    ResumeMandate,
    RevokeMandate,
    SignMandate,
)
from contracts.errors import DomainError
from gateway import papers
from gateway.browser import browser_session
from gateway.forms import CheckedForm, CommandForm, TextField, at_most, required
from gateway.forms.fields import HALF
from gateway.papers.mandate import mandate_paper, terms_of
from gateway.sentences import sentence_of
from gateway.sentences.billing import MANDATE_STATES, REJECTS
from gateway.services import ask

blueprint = Blueprint("debits", __name__, url_prefix="/prelevement")


class IbanField(TextField):
    """An account number: shown again by its last four signs only."""

    @property
    def shown(self) -> str:
        return f"•••• {''.join((self.data or '').split())[-4:]}"


class SignForm(CheckedForm):
    """The account, and whose it is."""

    holder = TextField(
        "Titulaire du compte",
        [required("Saisissez le nom du titulaire du compte, comme sur le RIB."), at_most(70)],
        autocomplete="name",
        hint="Comme sur votre relevé d’identité bancaire (RIB).",
    )
    iban = IbanField(
        "IBAN",
        [required("Saisissez l’IBAN du compte : il est sur votre RIB."), at_most(50)],
        autocomplete="off",
        hint="Deux lettres puis des chiffres, 27 caractères pour un compte français. Un livret ne se prélève pas.",
    )
    bic = TextField(
        "BIC",
        [required("Saisissez le BIC de votre banque : il est sur votre RIB."), at_most(20)],
        autocomplete="off",
        classes=HALF,
        hint="8 ou 11 caractères, par exemple PSSTFRPPLYO.",
    )


@blueprint.get("/")
def show() -> str:
    """The mandates of the caller's families, and what is coming."""
    return render_template("citizen/debits.html", view=ask(MyMandates()), states=MANDATE_STATES)


@blueprint.route("/signer/<fund>/<uuid:family_id>", methods=["GET", "POST"])
def sign(fund: str, family_id: UUID) -> ResponseReturnValue:
    """Sign a mandate, after reading once more what it allows."""
    offer = _offer(ask(MyMandates()), fund, family_id)
    if offer is None:
        flash("Un mandat est déjà signé, ou cette famille n’est pas la vôtre.", "info")
        return redirect(url_for(".show"))
    signed_in = browser_session.current()
    form = SignForm(data={"holder": signed_in.name if signed_in else ""})
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant de signer",
                submit="Signer le mandat",
                text=terms_of(offer.fund_name),
            )
        try:
            signed = ask(
                SignMandate(
                    command_id=form.command_id.data,
                    family_id=family_id,
                    fund=fund,
                    holder=form.holder.data,
                    iban=form.iban.data,
                    bic=form.bic.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                f"Le mandat {signed.reference} est signé. Vos prochaines factures seront prélevées, "
                "chaque fois annoncées par courriel.",
                "success",
            )
            return redirect(url_for(".show"))
    return render_template("citizen/debit_sign.html", form=form, offer=offer), form.status


@blueprint.route("/<uuid:mandate_id>/arreter", methods=["GET", "POST"])
def stop(mandate_id: UUID) -> ResponseReturnValue:
    """End a mandate of one's own."""
    view = ask(MyMandates())
    mandate = _living(view, mandate_id)
    if mandate is None:
        abort(404)
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(RevokeMandate(command_id=form.command_id.data, mandate_id=mandate_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("Le mandat a pris fin : plus rien ne sera prélevé sur ce compte.", "success")
        return redirect(url_for(".show"))
    coming = [each for each in view.coming if each.mandate_id == mandate_id]
    return render_template("citizen/debit_stop.html", form=form, mandate=mandate, coming=coming), form.status


@blueprint.route("/<uuid:mandate_id>/reprendre", methods=["GET", "POST"])
def resume(mandate_id: UUID) -> ResponseReturnValue:
    """Take up a mandate of one's own again, once the bank accepts it."""
    mandate = _living(ask(MyMandates()), mandate_id)
    if mandate is None or not mandate.resumable:
        abort(404)
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(ResumeMandate(command_id=form.command_id.data, mandate_id=mandate_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash(
                "Le mandat sert de nouveau : vos prochaines factures seront prélevées, après annonce.",
                "success",
            )
        return redirect(url_for(".show"))
    return render_template(
        "citizen/debit_resume.html", form=form, mandate=mandate, reasons=REJECTS
    ), form.status


@blueprint.get("/<uuid:mandate_id>/mandat.pdf")
def download(mandate_id: UUID) -> Response:
    """The mandate as a paper."""
    paper = ask(OpenMandate(mandate_id=mandate_id))
    return papers.pdf(papers.render("mandate", mandate_paper(paper)), f"mandat-{paper.mandate.reference}.pdf")


def _offer(view: MandateList, fund: str, family_id: UUID) -> DebitOffer | None:
    return next((each for each in view.offers if (each.fund, each.family_id) == (fund, family_id)), None)


def _living(view: MandateList, mandate_id: UUID) -> MandateView | None:
    living = (MandateState.ACTIVE, MandateState.SUSPENDED)
    return next(
        (
            each
            for each in view.mandates
            if each.mandate_id == mandate_id and each.mine and each.state in living
        ),
        None,
    )
