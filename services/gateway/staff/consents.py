"""« Autorisations » for the administration: what families are asked, in which words, and every text published."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.consents import (
    CloseConsentKind,
    ConsentKindView,
    ListConsentKinds,
    OpenConsentKind,
    PublishConsentText,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access
from gateway.forms import (
    CheckboxField,
    CheckedForm,
    CommandForm,
    HiddenField,
    TextareaField,
    TextField,
    at_most,
    required,
)
from gateway.forms.numbers import number_in
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.services import ask

blueprint = Blueprint("consents", __name__, url_prefix="/autorisations")
navigation = [
    Entry(
        "Autorisations",
        "staff.consents.show",
        order=72,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Ce qui est demandé aux familles pour chaque enfant, et les textes publiés.",
    )
]


class WordsForm(CheckedForm):
    """A text to be published, looked at as families will read it."""

    text = TextareaField(
        "Texte lu par les familles",
        [required("Écrivez le texte que les familles liront."), at_most(4000)],
        rows=8,
        hint="Une phrase que l’on peut approuver : « J’autorise… ». Une ligne vide sépare deux paragraphes.",
    )
    effect = TextareaField(
        "Si la famille refuse, ou revient sur son accord",
        [
            required("Dites ce qui se passe alors : la famille doit le savoir avant de répondre."),
            at_most(4000),
        ],
        rows=3,
    )


class TextForm(WordsForm):
    """A new version of what is already asked."""

    version = HiddenField()


class KindForm(WordsForm):
    """Something new to ask."""

    label = TextField("Nom de l’autorisation", [required("Donnez un nom."), at_most(100)])
    needs_all = CheckboxField(
        "L’accord de tous les responsables de l’enfant est nécessaire (par exemple pour son image)"
    )
    answer_required = CheckboxField(
        "Une réponse, oui ou non, est nécessaire pour valider les données de la famille"
    )


@blueprint.get("/")
@access.requires_role(Role.ADMINISTRATION)
def show() -> str:
    """Every consent, with its texts."""
    return render_template("staff/consents.html", kinds=ask(ListConsentKinds()))


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@access.requires_role(Role.ADMINISTRATION)
def add() -> ResponseReturnValue:
    """Asks families for something new."""
    form = KindForm()
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return _preview(form, str(form.label.data), bool(form.needs_all.data), 1)
        try:
            ask(
                OpenConsentKind(
                    command_id=form.command_id.data,
                    label=str(form.label.data),
                    needs_all_guardians=bool(form.needs_all.data),
                    answer_required=bool(form.answer_required.data),
                    text=str(form.text.data),
                    effect=str(form.effect.data),
                )
            )
        except DomainError as refusal:
            form.show(refusal, consent_kind_exists="label")
        else:
            flash("L’autorisation est demandée aux familles à partir de maintenant.", "success")
            return redirect(url_for(".show"))
    fields = [form.label, form.text, form.effect, form.needs_all, form.answer_required]
    page = render_template(
        "staff/consent_form.html", form=form, fields=fields, heading="Nouvelle autorisation"
    )
    return page, form.status


@blueprint.route("/<code>/texte", methods=["GET", "POST"])
@access.requires_role(Role.ADMINISTRATION)
def publish(code: str) -> ResponseReturnValue:
    """Writes the next version, from the words of the last."""
    kind = _find(code)
    last = kind.texts[0]
    form = TextForm(data={"text": last.text, "effect": last.effect, "version": str(last.version)})
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return _preview(form, kind.label, kind.needs_all_guardians, last.version + 1)
        seen = str(form.version.data)
        try:
            ask(
                PublishConsentText(
                    command_id=form.command_id.data,
                    code=code,
                    version=number_in(seen),
                    text=str(form.text.data),
                    effect=str(form.effect.data),
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Le nouveau texte est publié : les familles devront répondre à nouveau.", "success")
            return redirect(url_for(".show"))
    page = render_template(
        "staff/consent_form.html",
        form=form,
        fields=[form.text, form.effect],
        heading=f"Nouveau texte : {kind.label}",
        last=last,
    )
    return page, form.status


@blueprint.post("/<code>/fermer")
@access.requires_role(Role.ADMINISTRATION)
def close(code: str) -> ResponseReturnValue:
    """Asked no more."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(CloseConsentKind(command_id=form.command_id.data, code=code))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("L’autorisation n’est plus demandée. Les réponses données sont conservées.", "success")
    return redirect(url_for(".show"))


def _preview(form: WordsForm, label: str, needs_all: bool, version: int) -> str:
    return render_template(
        "staff/consent_preview.html", form=form, label=label, needs_all=needs_all, version=version
    )


def _find(code: str) -> ConsentKindView:
    """The kind, still asked; 404 otherwise."""
    found = next((kind for kind in ask(ListConsentKinds()) if kind.code == code and not kind.closed_at), None)
    if found is None:
        abort(404)
    return found
