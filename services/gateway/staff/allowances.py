"""« Aides et réductions »: what the town grants a family, what is left of it, and its end."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.billing.allowances import (
    AllowanceKind,
    EndAllowance,
    FamilyAllowances,
    FindAllowances,
    GrantAllowance,
    GrantedAllowance,
    OpenAllowances,
)
from contracts.caller import Role
from contracts.errors import DomainError, NotFound
from gateway import access, french
from gateway.forms import (
    CheckedForm,
    DateField,
    EurosField,
    NumberField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
    at_most,
    no_more_than,
    required,
)
from gateway.forms.numbers import page_asked
from gateway.money import allowance_words
from gateway.navigation import Desk, Entry
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("allowances", __name__, url_prefix="/aides")
navigation = [
    Entry(
        "Aides et réductions",
        "staff.allowances.show",
        order=44,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Ce que la Ville accorde à une famille : réduction d’un tarif, aide avec un plafond.",
    )
]
_OFFICE = access.requires_role(Role.BILLING)
_PAGE = 50


_BOUNDED = no_more_than(100_000_00, "100 000 € au plus.")
_ALL = "tous"
_DECISION = "La famille le lit. N’écrivez rien sur la santé de l’enfant."


class GrantForm(CheckedForm):
    """For whom, for what, when, by which decision: of both kinds."""

    child_id = RadiosField("Pour quel enfant", [required("Choisissez un enfant, ou tous.")], default=_ALL)
    activity_code = SelectField(
        "Pour quelle activité", [required("Choisissez une activité, ou toutes.")], prompt="", default=_ALL
    )
    since = DateField("À partir du", [required("Indiquez le premier jour.")])
    until = DateField("Jusqu’au", hint="Ce jour compris.")
    decision = TextField(
        "Décision ou motif",
        [required("Indiquez le numéro de la décision, ou le motif."), at_most(200)],
        hint=_DECISION,
    )

    def offer(self, view: FamilyAllowances) -> None:
        """The choices, as the server has them."""
        children = [(str(each.child_id), each.name) for each in view.children]
        activities = [(each.code, each.name) for each in view.activities]
        self.child_id.choices = [(_ALL, "Tous les enfants"), *children]
        self.activity_code.choices = [(_ALL, "Toutes les activités"), *activities]

    def terms(self) -> dict[str, Any]:
        """What was typed, by the names of the command."""
        child, activity = self.child_id.data, self.activity_code.data
        return {
            "child_id": None if child == _ALL else child,
            "activity_code": "" if activity == _ALL else activity,
            "since": self.since.data,
            "until": self.until.data,
            "decision": self.decision.data,
        }


class ReductionForm(GrantForm):
    """One of the kinds that the tariffs know."""

    kind = AllowanceKind.REDUCTION
    reduction = RadiosField("Réduction", [required("Choisissez une réduction.")])

    def offer(self, view: FamilyAllowances) -> None:
        super().offer(view)
        self.reduction.choices = [(each.code, each.name) for each in view.reductions]

    def terms(self) -> dict[str, Any]:
        return super().terms() | {"reduction": self.reduction.data}


class AidForm(GrantForm):
    """What it takes off each unit, and where it stops."""

    kind = AllowanceKind.AID
    name = TextField(
        "Nom de l’aide",
        [required("Donnez un nom à cette aide."), at_most(60)],
        hint="Imprimé sur la facture : « Aide du CCAS », par exemple.",
    )
    percent = NumberField(
        "Part du prix prise en charge, en %",
        [no_more_than(100, "100 % au plus.")],
        hint="Remplissez cette case, la suivante, ou les deux : la part est retirée d’abord.",
    )
    cents = EurosField("Somme prise en charge par unité", [_BOUNDED], hint="Par repas, par demi-journée…")
    cap_cents = EurosField(
        "Plafond en euros", [_BOUNDED], hint="Remplissez cette case, la suivante, ou les deux."
    )
    cap_days = NumberField("Plafond en jours d’accueil", [no_more_than(400, "400 jours au plus.")])

    def terms(self) -> dict[str, Any]:
        return super().terms() | {
            "name": self.name.data,
            "percent": self.percent.data or 0,
            "cents": self.cents.data or 0,
            "cap_cents": self.cap_cents.data or None,
            "cap_days": self.cap_days.data or None,
        }


_FORMS: dict[str, type[ReductionForm | AidForm]] = {"reduction": ReductionForm, "aide": AidForm}


class EndForm(CheckedForm):
    """Its last day, and why."""

    last_day = DateField("Dernier jour", [required("Indiquez le dernier jour.")], hint="Ce jour compris.")
    reason = TextareaField(
        "Motif",
        [required("Dites pourquoi cette aide s’arrête."), at_most(300)],
        rows=3,
        hint=_DECISION,
    )


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """What runs at this time; a family to grant something."""
    words = request.args.get("famille", "").strip()[:60]
    page = page_asked()
    found = ask(FindAllowances(words=words, page=page))
    return render_template(
        "staff/allowances.html",
        view=found,
        words=words,
        say=allowance_words,
        pages=-(-found.total // _PAGE),
        address=lambda number: url_for(".show", page=number),
    )


@blueprint.get("/famille/<uuid:family_id>")
@_OFFICE
def family(family_id: UUID) -> str:
    """All that a family has, or had."""
    return render_template(
        "staff/family_allowances.html", view=ask(OpenAllowances(family_id=family_id)), say=allowance_words
    )


@blueprint.route("/famille/<uuid:family_id>/<any(reduction, aide):kind>", methods=["GET", "POST"])
@_OFFICE
def grant(family_id: UUID, kind: str) -> ResponseReturnValue:
    """Grant, after reading it once more."""
    view = ask(OpenAllowances(family_id=family_id))
    form = _FORMS[kind](data={"since": _today().replace(day=1)})
    form.offer(view)
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant d’accorder",
                submit="Accorder",
                text=f"Famille {view.family.label}, dossier {view.family.number}. Elle en est prévenue par courriel.",
            )
        try:
            granted = ask(
                GrantAllowance(
                    command_id=form.command_id.data, family_id=family_id, kind=form.kind, **form.terms()
                )
            )
        except DomainError as refusal:
            form.show(refusal, allowance_overlaps="since")
        else:
            flash(f"Accordé : {granted.name}. La famille est prévenue.", "success")
            return redirect(url_for(".family", family_id=family_id))
    return render_template("staff/allowance_grant.html", form=form, view=view, kind=kind), form.status


@blueprint.route("/famille/<uuid:family_id>/<uuid:allowance_id>/arret", methods=["GET", "POST"])
@_OFFICE
def end(family_id: UUID, allowance_id: UUID) -> ResponseReturnValue:
    """End one before its date, after reading what it does."""
    view = ask(OpenAllowances(family_id=family_id))
    given = next((each for each in view.allowances if each.allowance_id == allowance_id), None)
    if given is None:
        raise NotFound
    form = EndForm(data={"last_day": _today()})
    if form.validate_on_submit() and not form.to_be_changed() and (last_day := form.last_day.data):
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant d’arrêter",
                submit="Arrêter",
                text=_effect(given, last_day),
            )
        try:
            ask(
                EndAllowance(
                    command_id=form.command_id.data,
                    allowance_id=allowance_id,
                    last_day=last_day,
                    reason=form.reason.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal, allowance_over="last_day")
        else:
            flash("C’est arrêté. La famille est prévenue.", "success")
            return redirect(url_for(".family", family_id=family_id))
    page = render_template("staff/allowance_end.html", form=form, view=view, given=given, say=allowance_words)
    return page, form.status


def _effect(given: GrantedAllowance, last_day: date) -> str:
    """What the end does to the family's bills, in a sentence."""
    if last_day < given.since:
        return (
            f"« {given.name} » est retirée en entier : tout ce qui en a été déduit sera facturé à la famille "
            "par la prochaine facturation."
        )
    return (
        f"« {given.name} » compte jusqu’au {french.day(last_day)} compris. Ce qui en a été déduit pour des jours "
        "suivants sera facturé à la famille par la prochaine facturation."
    )


def _today() -> date:
    return clock().now().astimezone(PARIS).date()
