"""« Guichet »: money that agents take by hand, what the till holds of it, and the slips it is handed on under."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.counter import (
    CounterView,
    MakeDeposit,
    Means,
    OpenCounter,
    OpenDeposit,
    OpenTill,
    TakePayment,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french, papers
from gateway.forms import (
    CheckboxesField,
    CheckedForm,
    CommandForm,
    EurosField,
    RadiosField,
    TextField,
    at_most,
)
from gateway.forms import required as needed
from gateway.money import bills
from gateway.navigation import Desk, Entry
from gateway.papers.deposit import deposit_paper
from gateway.sentences import sentence_of
from gateway.sentences.billing import MEANS
from gateway.services import ask

blueprint = Blueprint("counter", __name__, url_prefix="/guichet")
navigation = [
    Entry(
        "Guichet",
        "staff.counter.show",
        order=43,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Ce que contient la caisse, et les bordereaux de remise.",
    )
]
_OFFICE = access.requires_role(Role.BILLING)


class TakeForm(CheckedForm):
    """What was given, by whom, for which invoices."""

    invoices = CheckboxesField("Factures à régler", [needed("Choisissez au moins une facture.")])
    means = RadiosField(
        "Moyen de paiement",
        [needed("Choisissez le moyen de paiement.")],
        choices=list(MEANS.items()),
    )
    amount = EurosField(
        "Montant encaissé",
        [needed("Saisissez le montant encaissé.")],
        hint="Monnaie rendue. La facture la plus ancienne est réglée d’abord.",
    )
    paid_by = TextField(
        "Payé par",
        [needed("Saisissez le nom de la personne qui paie."), at_most(250)],
        hint="Ce nom est écrit sur la quittance.",
    )
    reference = TextField(
        "Référence (facultatif)",
        [at_most(100)],
        hint="Banque et numéro du chèque, ou numéros des titres : ils sont repris sur le bordereau.",
    )

    def offer(self, view: CounterView) -> None:
        """The choices, as the server has them."""
        self.view = view
        several = bills.several_funds(each.summary for each in view.owed)
        if several:
            self.invoices.hint = "Un encaissement par régie : chacune a sa caisse et sa quittance."
        self.invoices.choices = [
            (
                str(each.summary.invoice_id),
                f"{bills.title_of_fund(each.summary, several=several)} : {french.euros(each.summary.left_cents)}",
                f"N° {each.summary.number}, échéance le {french.day(each.summary.due_on)}, "
                f"dont garde payable par CESU : {french.euros(each.care_cents)}",
            )
            for each in view.owed
        ]


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """What the till holds; the slips."""
    return render_template("staff/till.html", till=ask(OpenTill()), means=MEANS)


@blueprint.route("/famille/<uuid:family_id>", methods=["GET", "POST"])
@_OFFICE
def take(family_id: UUID) -> ResponseReturnValue:
    """Take a family's money; then its receipt."""
    view = ask(OpenCounter(family_id=family_id))
    form = TakeForm(data=_proposed(view))
    form.offer(view)
    if view.owed and form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant d’encaisser",
                submit="Encaisser",
                text=f"Famille {view.family_label}, dossier {view.family_number}. La quittance est faite aussitôt.",
            )
        try:
            payment = ask(
                TakePayment(
                    command_id=form.command_id.data,
                    invoice_ids=tuple(UUID(each) for each in form.invoices.data),
                    means=Means(form.means.data or ""),
                    amount_cents=form.amount.data or 0,
                    paid_by=form.paid_by.data,
                    reference=form.reference.data or "",
                )
            )
        except DomainError as refusal:
            form.show(
                refusal,
                more_than_owed="amount",
                cesu_for_care_only="amount",
                selection_changed="invoices",
                nothing_to_pay="invoices",
                several_families="invoices",
            )
        else:
            flash(f"Encaissé. Quittance n° {payment.receipt_number} à remettre à la famille.", "success")
            return redirect(url_for("staff.refunds.read", payment_id=payment.payment_id))
    return render_template("staff/take_payment.html", form=form, view=view), form.status


@blueprint.post("/remises")
@_OFFICE
def make_deposit() -> ResponseReturnValue:
    """Puts what the till holds of a kind on a slip."""
    form = CommandForm()
    means = request.form.get("means", "")
    if form.validate_on_submit() and means in set(Means):
        fund = request.form.get("fund", "")[:10]
        try:
            made = ask(MakeDeposit(command_id=form.command_id.data, fund=fund, means=Means(means)))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            total = french.euros(made.summary.cents)
            flash(
                f"Le bordereau {made.summary.number} est fait : {total}. Imprimez-le ci-dessous.", "success"
            )
    return redirect(url_for(".show"))


@blueprint.get("/remises/<uuid:deposit_id>.pdf")
@_OFFICE
def deposit(deposit_id: UUID) -> Response:
    """A slip as a paper."""
    found = ask(OpenDeposit(deposit_id=deposit_id))
    return papers.pdf(papers.render("deposit", deposit_paper(found)), f"bordereau-{found.summary.number}.pdf")


def _proposed(view: CounterView) -> dict[str, object]:
    """All that is owed to the fund of the oldest debt, by the first guardian: the usual case is one click away."""
    named = request.args.get("facture", "")
    found = [each.summary for each in view.owed if not named or str(each.summary.invoice_id) == named]
    owed = [each for each in found if each.fund == found[0].fund]
    return {
        "invoices": [str(each.invoice_id) for each in owed],
        "amount": sum(each.left_cents for each in owed) or None,
        "paid_by": view.guardians[0] if view.guardians else "",
    }
