"""« Quotient familial »: what is known, the CAF or the MSA asked with the family's agreement, or a document given."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.quotients import (
    FRANCE,
    CivilStatus,
    FetchQuotient,
    FetchState,
    QuotientOf,
    QuotientPage,
)
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.given import GivenForFamily, GivenForFamilyView, Takes
from contracts.errors import DomainError
from gateway.forms import (
    CheckboxField,
    CommandForm,
    DateField,
    RadiosField,
    TextField,
    at_most,
    in_past,
    required,
)
from gateway.services import ask, ask_each
from gateway.vault import given
from gateway.vault.shelf import type_names

blueprint = Blueprint("quotient", __name__, url_prefix="/famille/<uuid:family_id>/quotient")

DOCUMENT_TYPE = "quotient_familial"
REFRESH_SECONDS = 5
MOST_REFRESHES = 12
FRANCE_BORN, ABROAD = "france", "abroad"


class FetchForm(CommandForm):
    """A civil status, as on the birth certificate, and an agreement.

    The sentence of the agreement is versioned: `accounts.quotient.quotient_fetches.AGREEMENT`.
    """

    birth_name = TextField(
        "Nom de naissance", [required("Saisissez votre nom de naissance"), at_most(300)], autocomplete="off"
    )
    usage_name = TextField(
        "Nom d’usage", [at_most(300)], hint="S’il est différent : nom de mariage, par exemple."
    )
    first_names = TextField(
        "Prénoms",
        [required("Saisissez vos prénoms"), at_most(300)],
        hint="Tous, dans l’ordre de l’état civil, séparés par des espaces.",
        autocomplete="off",
    )
    birth_date = DateField(
        "Date de naissance",
        [required("Saisissez votre date de naissance"), in_past("Votre date de naissance est à venir.")],
        hint="Par exemple 27 3 1988",
        birth=True,
    )
    sex = RadiosField(
        "Sexe à l’état civil",
        [required("Choisissez une réponse")],
        choices=[("F", "Féminin"), ("M", "Masculin")],
    )
    born = RadiosField(
        "Lieu de naissance",
        [required("Dites si vous êtes né ou née en France")],
        choices=[(FRANCE_BORN, "En France"), (ABROAD, "À l’étranger")],
    )
    birth_place = TextField("Commune de naissance", [at_most(200)], hint="Si vous êtes né ou née en France.")
    department = TextField(
        "Numéro du département de naissance",
        [at_most(3, "Deux ou trois caractères : 26, 2A, 974.")],
        hint="Par exemple 26 pour la Drôme, 2A, 974.",
        classes="govuk-input--width-3",
    )
    country = TextField(
        "Code du pays de naissance",
        [at_most(5, "Cinq chiffres, qui commencent par 99.")],
        hint="Si vous êtes né ou née à l’étranger. Ce sont les chiffres 6 à 10 de votre numéro de sécurité sociale ; "
        "ils commencent par 99.",
        classes="govuk-input--width-5",
        params={"inputmode": "numeric"},
    )
    agreed = CheckboxField(
        "J’accepte que la ville demande mon quotient familial à la CAF ou à la MSA, et l’enregistre dans le dossier "
        "de ma famille",
        [required("Cochez la case pour donner votre accord, ou envoyez plutôt une attestation")],
    )

    def check_place(self) -> bool:
        """What the choice of France or abroad makes necessary; says on the fields what lacks."""
        department = (self.department.data or "").upper()
        if self.born.data == FRANCE_BORN:
            if not self.birth_place.data:
                self._add(self.birth_place, "Saisissez votre commune de naissance.")
            if not _is_department(department):
                self._add(self.department, "Saisissez le numéro du département : 26, 2A ou 974, par exemple.")
        elif not _is_country(self.country.data or ""):
            self._add(self.country, "Saisissez les cinq chiffres du code du pays ; ils commencent par 99.")
        if self.errors:
            self._blame(422)
        return not self.errors

    def person(self) -> CivilStatus:
        """The answers, once they are all there."""
        in_france = self.born.data == FRANCE_BORN
        return CivilStatus(
            birth_name=self.birth_name.data,
            usage_name=self.usage_name.data or "",
            first_names=self.first_names.data,
            birth_date=self.birth_date.data or date.max,
            sex=self.sex.data,
            country=FRANCE if in_france else self.country.data,
            birth_place=self.birth_place.data or "" if in_france else "",
            department=(self.department.data or "").upper() if in_france else "",
        )


@blueprint.get("/")
def show(family_id: UUID) -> str:
    """What is known and what can be done. While an answer is awaited the page asks again by itself, for a minute."""
    page, types, before = ask_each(
        [
            QuotientOf(family_id=family_id),
            ListDocumentTypes(),
            GivenForFamily(family_id=family_id, document_types=[DOCUMENT_TYPE]),
        ]
    )
    if isinstance(page, Exception):
        raise page
    tries = max(0, request.args.get("essai", 0, type=int))
    awaited = page.fetch is not None and page.fetch.state is FetchState.WAITING
    return render_template(
        "citizen/quotient.html",
        page=page,
        awaited=awaited,
        waits=awaited and request.args.get("attendre") != "0" and tries < MOST_REFRESHES,
        again=url_for(".show", family_id=family_id, essai=tries + 1),
        stop=url_for(".show", family_id=family_id, attendre=0),
        seconds=REFRESH_SECONDS,
        type_names=type_names(types),
        document_type=DOCUMENT_TYPE,
        given=given.sentence(before.given[0])
        if isinstance(before, GivenForFamilyView) and before.given
        else "",
    )


@blueprint.post("/reprendre")
def reuse(family_id: UUID) -> ResponseReturnValue:
    """The attestation that was given with something else serves here too."""
    form = CommandForm()
    if form.validate_on_submit() and given.given_again(
        form.command_id.data, Takes.FAMILY, family_id, DOCUMENT_TYPE
    ):
        flash("L’attestation est transmise : un agent l’enregistrera au dossier.", "success")
    return redirect(url_for(".show", family_id=family_id), 303)


@blueprint.route("/caf-msa", methods=["GET", "POST"])
def fetch(family_id: UUID) -> ResponseReturnValue:
    """The form; then the page, where the answer will stand."""
    form = FetchForm()
    if form.validate_on_submit() and form.check_place():
        try:
            ask(
                FetchQuotient(
                    command_id=form.command_id.data,
                    family_id=family_id,
                    person=form.person(),
                    agreed=bool(form.agreed.data),
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Votre demande est enregistrée : la réponse s’affichera ici.", "success")
            return redirect(url_for(".show", family_id=family_id))
    page = None
    if request.method == "GET":
        page = ask(QuotientOf(family_id=family_id))
        if not page.can_fetch:
            return redirect(url_for(".show", family_id=family_id))
        _prefill(form, page)
    return render_template("citizen/quotient_fetch.html", form=form, family_id=family_id), form.status


def _prefill(form: FetchForm, page: QuotientPage) -> None:
    form.birth_name.data = page.last_name
    form.first_names.data = page.first_name
    form.sex.data = {"Mme": "F", "M.": "M"}.get(page.title)


def _is_department(code: str) -> bool:
    if code in {"2A", "2B"}:
        return True
    return (
        code.isascii()
        and code.isdigit()
        and (len(code) == 2 or (len(code) == 3 and code[:2] in {"97", "98"}))
    )


def _is_country(code: str) -> bool:
    return len(code) == 5 and code.isascii() and code.isdigit() and code.startswith("99") and code != FRANCE
