"""« Familles »: search, the family's file, its quotient familial. Each opening is recorded by the service."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.accounts.families import OpenFamily, SearchFamilies, SetQuotient
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.family import change_words
from gateway.family.consent_words import STATES as CONSENT_WORDS
from gateway.forms import CommandForm, NumberField, SelectField, TextField, at_most, required
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.services import ask
from gateway.staff.access_words import access_words
from gateway.staff.activation_keys import KEY_WORDS
from gateway.wiring import clock

blueprint = Blueprint("families", __name__, url_prefix="/familles")
navigation = [
    Entry(
        "Familles",
        "staff.families.search",
        order=10,
        desk=Desk.FAMILIES,
        role=Role.FAMILY_FILES,
        hint="Chercher une famille, ouvrir son dossier, saisir son quotient.",
    ),
    Entry(
        "Dossiers",
        "staff.families.search",
        order=11,
        desk=Desk.FAMILIES,
        role=Role.BILLING,
        hint="Chercher une famille et saisir son quotient.",
    ),
]
MONTHS_BACK = 18


class QuotientForm(CommandForm):
    """A QF is of a month; empty euros take it back to unknown."""

    month = SelectField("Mois", [required("Choisissez le mois du quotient")])
    euros = NumberField("Quotient familial, en euros", hint="Laissez vide pour revenir à « inconnu ».")
    source = TextField("Source", [at_most(100)], hint="Par exemple : attestation CAF, avis d’imposition.")

    def offer_months(self, today: date) -> None:
        """This month and those before it."""
        months = [date(today.year, today.month, 1)]
        while len(months) < MONTHS_BACK:
            last = months[-1]
            months.append(date(last.year - (last.month == 1), (last.month - 2) % 12 + 1, 1))
        self.month.choices = [(month.isoformat(), french.month(month)) for month in months]


@blueprint.get("/")
@access.requires_role(Role.FAMILY_FILES, Role.BILLING)
def search() -> str:
    """By name or file number."""
    text = request.args.get("nom", "").strip()[:100]

    def address(page: int) -> str:
        return "?" + urlencode({"nom": text, "page": page})

    view = ask(SearchFamilies(text=text, page=page_asked()))
    return render_template("staff/families.html", view=view, text=text, address=address)


@blueprint.route("/<uuid:family_id>", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES, Role.BILLING)
def show(family_id: UUID) -> ResponseReturnValue:
    """The file; the quotient is its only form for now."""
    form = QuotientForm()
    form.offer_months(clock().now().astimezone(PARIS).date())
    if form.validate_on_submit():
        command = SetQuotient(
            command_id=form.command_id.data,
            family_id=family_id,
            month=date.fromisoformat(str(form.month.data)),
            euros=form.euros.data if form.euros.data is None else min(form.euros.data, 99_999),
            source=form.source.data or "",
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Le quotient familial est enregistré.", "success")
            return redirect(url_for("staff.families.show", family_id=family_id))
    file = ask(OpenFamily(family_id=family_id))
    page = render_template(
        "staff/family.html",
        file=file,
        form=form,
        words=KEY_WORDS,
        consent_words=CONSENT_WORDS,
        change_words=change_words,
        access_words=access_words,
    )
    return page, form.status
