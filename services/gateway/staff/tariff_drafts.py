"""A tariff's next version: edited, tried on a family's month, published with a date."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.billing.drafts import (
    OpenTariffDraft,
    PublishTariffDraft,
    ReckonTownEffect,
    SaveTariffDraft,
    SimulateTariff,
    TariffDraftView,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import CheckedForm, DateField, HiddenField, required
from gateway.forms.numbers import number_in
from gateway.money import tariff_words
from gateway.money.tariff_form import TariffForm, filled
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("tariff_drafts", __name__, url_prefix="/tarifs/brouillons")
_OFFICE = access.requires_role(Role.BILLING)
_MONTHS_BACK, _MONTHS_ON = 12, 2


class PublishForm(CheckedForm):
    """Since when."""

    version = HiddenField(default="0")
    valid_from = DateField(
        "Ce tarif vaut à partir du",
        [required("Indiquez la date à partir de laquelle ce tarif vaut.")],
        hint="Une date passée corrige aussi ce qui a été facturé depuis : la différence ira sur la prochaine facture.",
    )


@blueprint.route("/<uuid:draft_id>", methods=["GET", "POST"])
@_OFFICE
def edit(draft_id: UUID) -> ResponseReturnValue:
    """The rule, and what one unit costs before and after."""
    draft = ask(OpenTariffDraft(draft_id=draft_id))
    form = TariffForm(**filled(draft.rule), version=str(draft.version))
    if form.validate_on_submit() and (rule := form.rule(draft.rule)) is not None:
        try:
            ask(
                SaveTariffDraft(
                    command_id=form.command_id.data, draft_id=draft_id, version=_version(form), rule=rule
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Le brouillon est enregistré : voici ce qu’il change.", "success")
            return redirect(url_for(".edit", draft_id=draft_id))
    page = render_template("staff/tariff_draft.html", form=form, draft=draft, heading=heading(draft))
    return page, form.status


@blueprint.get("/<uuid:draft_id>/simulation")
@_OFFICE
def simulate(draft_id: UUID) -> str:
    """« This family, this month: before and after »."""
    words = request.args.get("famille", "").strip()[:60]
    months = _months(clock().now().astimezone(PARIS).date())
    chosen = request.args.get("mois", "")
    month = next((each for each in months if f"{each:%Y-%m}" == chosen), months[_MONTHS_ON])
    view = ask(SimulateTariff(draft_id=draft_id, family=words, month=month))
    return render_template(
        "staff/tariff_simulation.html",
        draft_id=draft_id,
        view=view,
        words=words,
        month=month,
        months=[(f"{each:%Y-%m}", french.month(each)) for each in months],
    )


@blueprint.get("/<uuid:draft_id>/effet")
@_OFFICE
def town(draft_id: UUID) -> str:
    """Who would pay more, who less, and how much in all."""
    months = _months(clock().now().astimezone(PARIS).date())
    chosen = request.args.get("mois", "")
    month = next((each for each in months if f"{each:%Y-%m}" == chosen), months[_MONTHS_ON + 1])
    return render_template(
        "staff/tariff_effect.html",
        draft_id=draft_id,
        view=ask(ReckonTownEffect(draft_id=draft_id, month=month)),
        month=month,
        months=[(f"{each:%Y-%m}", french.month(each)) for each in months],
    )


@blueprint.route("/<uuid:draft_id>/publier", methods=["GET", "POST"])
@_OFFICE
def publish(draft_id: UUID) -> ResponseReturnValue:
    """The date, then once more everything, then it is published."""
    draft = ask(OpenTariffDraft(draft_id=draft_id))
    today = clock().now().astimezone(PARIS).date()
    form = PublishForm(version=str(draft.version), valid_from=_month_from(today, 1))
    if form.validate_on_submit() and not form.to_be_changed() and (since := form.valid_from.data):
        if form.must_be_checked():
            return _page(draft, form, since, late=since <= today)
        try:
            ask(
                PublishTariffDraft(
                    command_id=form.command_id.data,
                    draft_id=draft_id,
                    version=_version(form),
                    valid_from=since,
                )
            )
        except DomainError as refusal:
            form.show(refusal, tariff_from_the_past="valid_from")
        else:
            flash(f"Publié : {heading(draft)}, à partir du {french.day(since)}.", "success")
            return redirect(url_for("staff.tariffs.show"))
    return _page(draft, form, None), form.status


def heading(draft: TariffDraftView) -> str:
    """« Restauration scolaire – École Jules-Verne »."""
    return draft.activity_name + (f" – {draft.place_name}" if draft.place_name else "")


def _page(draft: TariffDraftView, form: PublishForm, since: date | None, late: bool = False) -> str:
    return render_template(
        "staff/tariff_publish.html",
        draft=draft,
        form=form,
        heading=heading(draft),
        words=tariff_words,
        since=since,
        late=late,
    )


def _version(form: TariffForm | PublishForm) -> int:
    """The version the page was shown with; something else than what it carried is none."""
    return number_in(form.version.data)


def _months(today: date) -> list[date]:
    """The months that may be tried, the latest first."""
    return [_month_from(today, _MONTHS_ON - n) for n in range(_MONTHS_BACK + _MONTHS_ON)]


def _month_from(day: date, count: int) -> date:
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)
