"""« Trésor public »: what the town's accountant is to be told, the files made of it, and who tells."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from contracts.billing.treasury import (
    ClaimForm,
    ClaimKind,
    ClaimsTold,
    MakeClaimExport,
    MarkClaimExport,
    OpenClaims,
    ReadClaimFile,
    SetTreasuryTerms,
    TreasuryTerms,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import CommandForm, NumberField, RadiosField, TextField, at_most, matching, required
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.sentences.billing import CLAIM_FORMS, CLAIM_KINDS, CLAIMS_LEFT_OUT, CLAIMS_TOLD
from gateway.services import ask

blueprint = Blueprint("claims", __name__, url_prefix="/tresor")
navigation = [
    Entry(
        "Trésor public",
        "staff.claims.show",
        order=45,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Les créances à transmettre au comptable : fichiers PES (titres ou rôle ORMC).",
    )
]
_OFFICE = access.requires_role(Role.BILLING)


class TermsForm(CommandForm):
    """The codes that the accountant gave the town, and how it wants to be told."""

    form = RadiosField(
        "Forme des créances",
        [required("Choisissez la forme des créances.")],
        choices=list(CLAIM_FORMS.items()),
    )
    takes = RadiosField(
        "Créances à transmettre",
        [required("Choisissez les créances à transmettre.")],
        choices=list(CLAIMS_TOLD.items()),
    )
    post = TextField(
        "Poste comptable (codique)",
        [
            required("Saisissez le codique du poste comptable."),
            matching(r"^[0-9][0-9AB][0-9]{4,5}$", "Le codique a 6 ou 7 chiffres, par exemple 026001."),
        ],
        classes="govuk-input--width-10",
    )
    siret = TextField(
        "SIRET du budget",
        [
            required("Saisissez le SIRET du budget."),
            matching(r"^[0-9]{14}$", "Un SIRET a 14 chiffres, sans espace."),
        ],
        classes="govuk-input--width-20",
    )
    collectivity = TextField(
        "Code collectivité",
        [
            required("Saisissez le code collectivité."),
            matching(r"^[0-9A-Z]{3}$", "Le code collectivité a 3 chiffres ou lettres majuscules."),
        ],
        classes="govuk-input--width-4",
    )
    budget = TextField(
        "Code budget",
        [
            required("Saisissez le code budget."),
            matching(r"^[0-9A-Z][0-9]$", "Le code budget a 2 signes, par exemple 00."),
        ],
        classes="govuk-input--width-4",
    )
    budget_name = TextField("Libellé du budget", [required("Saisissez le libellé du budget."), at_most(38)])
    product = TextField(
        "Code produit local",
        [
            required("Saisissez le code produit local."),
            matching(r"^[0-9A-Z]{1,4}$", "Le code produit a 4 chiffres ou lettres majuscules au plus."),
        ],
        classes="govuk-input--width-5",
    )
    till = TextField("Numéro de la régie (facultatif)", [at_most(10)], classes="govuk-input--width-10")
    first_slip = NumberField(
        "Premier numéro de bordereau ou de rôle de l’année",
        [required("Saisissez le premier numéro de bordereau.")],
        hint="1, ou le début de la tranche réservée à cette régie.",
    )
    first_piece = NumberField(
        "Premier numéro de titre de l’année",
        [required("Saisissez le premier numéro de titre.")],
        hint="Sans effet pour un rôle : ses articles sont numérotés à partir de 1.",
    )

    def terms(self) -> TreasuryTerms:
        """As the service takes them. Raises pydantic.ValidationError for numbers out of bounds."""
        return TreasuryTerms(
            form=ClaimForm(self.form.data or ""),
            takes=ClaimsTold(self.takes.data or ""),
            post=self.post.data,
            siret=self.siret.data,
            collectivity=self.collectivity.data,
            budget=self.budget.data,
            budget_name=self.budget_name.data,
            product=self.product.data,
            till=self.till.data or "",
            first_slip=self.first_slip.data or 0,
            first_piece=self.first_piece.data or 0,
        )


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """What is to be told, what is left out and why, the files made."""
    view = ask(OpenClaims(fund=request.args.get("regie", "")[:10]))
    return render_template(
        "staff/claims.html",
        view=view,
        kinds=CLAIM_KINDS,
        forms=CLAIM_FORMS,
        told=CLAIMS_TOLD,
        reasons=CLAIMS_LEFT_OUT,
    )


@blueprint.post("/<code>/fichiers")
@_OFFICE
def make(code: str) -> ResponseReturnValue:
    """Puts what is to be told in a file."""
    form = CommandForm()
    kind = request.form.get("kind", "")
    if form.validate_on_submit() and kind in set(ClaimKind) and 0 < len(code) <= 10:
        try:
            made = ask(MakeClaimExport(command_id=form.command_id.data, fund=code, kind=ClaimKind(kind)))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            pieces = french.count(made.pieces, "pièce")
            flash(f"Le fichier est prêt ({pieces}) : téléchargez-le et transmettez-le.", "success")
    return redirect(url_for(".show", regie=code))


@blueprint.get("/fichiers/<uuid:export_id>")
@_OFFICE
def download(export_id: UUID) -> Response:
    """The bytes of a file, as they were made, part by part."""
    first = ask(ReadClaimFile(export_id=export_id))

    def parts() -> Iterator[bytes]:
        yield first.content
        for part in range(1, first.parts):
            yield ask(ReadClaimFile(export_id=export_id, part=part)).content

    answer = Response(stream_with_context(parts()), content_type=first.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{first.file_name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/fichiers/<uuid:export_id>/transmis")
@_OFFICE
def mark(export_id: UUID) -> ResponseReturnValue:
    """Says that the accountant has it."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(MarkClaimExport(command_id=form.command_id.data, export_id=export_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("C’est noté : le comptable a le fichier.", "success")
    return redirect(url_for(".show", regie=request.form.get("fund", "")[:10]))


@blueprint.route("/<code>/codes", methods=["GET", "POST"])
@_OFFICE
def terms(code: str) -> ResponseReturnValue:
    """The codes of a fund."""
    view = ask(OpenClaims(fund=code[:10]))
    if view.fund != code:
        abort(404)
    form = TermsForm(data=_proposed(view.terms))
    if form.validate_on_submit():
        try:
            ask(SetTreasuryTerms(command_id=form.command_id.data, fund=code, terms=form.terms()))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Les codes sont enregistrés : ils valent à partir du prochain fichier.", "success")
            return redirect(url_for(".show", regie=code))
    return render_template("staff/claim_terms.html", form=form, view=view), form.status


def _proposed(known: TreasuryTerms | None) -> dict[str, Any]:
    return known.model_dump() if known else {"budget": "00", "first_slip": 1, "first_piece": 1}
