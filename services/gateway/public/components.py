"""The page of components, in debug only: every form field and building block, to look at and to test."""

from datetime import date
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.dashboard import ChildCard, Task
from gateway.forms import (
    CheckboxesField,
    CheckboxField,
    CheckedForm,
    DateField,
    EmailField,
    FileField,
    Form,
    NumberField,
    PasswordField,
    PhoneField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
    at_most,
    email_address,
    in_past,
    required,
)
from gateway.wiring import settings

blueprint = Blueprint("components", __name__, url_prefix="/composants")

_SCHOOLS = [("0260001A", "Élémentaire Jean Macé"), ("0260002B", "Maternelle Saint-Just")]


class SampleForm(CheckedForm):
    """One of each field that can be carried to « Vérifiez vos réponses »."""

    name = TextField("Votre nom", [required("Saisissez votre nom."), at_most(60)], autocomplete="family-name")
    email = EmailField(validators=[required("Saisissez votre adresse courriel."), email_address()])
    phone = PhoneField(hint="Pour vous joindre si votre enfant est malade.")
    birth = DateField(
        "Date de naissance",
        [required("Saisissez la date de naissance."), in_past()],
        hint="Par exemple 27 3 2019",
        birth=True,
    )
    quotient = NumberField("Quotient familial", hint="En euros, sans les centimes")
    school = SelectField("École", [required("Choisissez une école.")], choices=_SCHOOLS)
    diet = RadiosField(
        "Repas",
        [required("Choisissez un repas.")],
        choices=[("usual", "Repas habituel"), ("no_meat", "Sans viande", "Tous les jours de la semaine")],
    )
    days = CheckboxesField("Jours", choices=[("mon", "Lundi"), ("tue", "Mardi"), ("thu", "Jeudi")])
    remark = TextareaField("Remarque", [at_most(500)])
    agree = CheckboxField(
        "Je certifie l’exactitude de ces informations", [required("Cochez la case pour continuer.")]
    )


class SecretForm(Form):
    """What is never carried through a page."""

    password = PasswordField(validators=[required("Saisissez votre mot de passe.")])
    scan = FileField("Justificatif", [required("Choisissez un fichier.")], hint="Photo ou PDF, 10 Mo au plus")


@blueprint.before_request
def only_in_debug() -> None:
    """Nobody else needs to know."""
    if not settings().debug:
        abort(404)


@blueprint.get("/")
def show() -> str:
    """Everything but the forms."""
    return render_template("public/components.html", **_samples())


@blueprint.route("/formulaire", methods=["GET", "POST"])
def fill() -> ResponseReturnValue:
    """The long form, with its check."""
    form = SampleForm()
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template("check_answers.html", form=form)
        flash("Vos réponses ont été enregistrées.", "success")
        return redirect(url_for(".show"))
    return render_template("public/components_form.html", form=form), form.status


@blueprint.route("/secrets", methods=["GET", "POST"])
def confide() -> ResponseReturnValue:
    """Password and file."""
    form = SecretForm()
    if form.validate_on_submit():
        return redirect(url_for(".show"))
    return render_template("public/components_form.html", form=form), form.status


def _samples() -> dict[str, Any]:
    return {
        "tasks": [
            Task(
                "Facture de novembre",
                "84,20 € à régler avant le 15 décembre.",
                "Payer",
                "/",
                date(2026, 12, 15),
            ),
            Task(
                "Attestation d’assurance de Léa", "Il manque un document à son inscription.", "Fournir", "/"
            ),
        ],
        "children": [
            ChildCard(
                "Léa Martin",
                "Élémentaire Jean Macé, CE2",
                (("Agenda", "/"), ("Réservations", "/"), ("Signaler une absence", "/")),
            ),
            ChildCard("Noé Martin", "Maternelle Saint-Just, PS", (("Agenda", "/"), ("Réservations", "/"))),
        ],
        "days": [
            _day(1, "Mardi 1er décembre", "locked"),
            _day(3, "Jeudi 3 décembre", "open"),
            _day(4, "Vendredi 4 décembre", "full"),
            _day(7, "Lundi 7 décembre", "open", True),
            _closed(),
        ],
    }


def _day(number: int, label: str, state: str, week_start: bool = False) -> dict[str, Any]:
    why = {"locked": "Fermé depuis jeudi 26 novembre à 12 h", "full": "Liste d’attente possible"}.get(
        state, ""
    )
    words = {"locked": "Réservé", "full": "Complet"}.get(state, "")
    cell = {
        "name": "book",
        "value": f"cantine-{number}",
        "id": f"cantine-{number}",
        "label": f"Cantine, {label}, Léa",
        "checked": number == 3,
        "state": state,
        "text": words,
        "why": why,
    }
    evening = {
        **cell,
        "value": str(uuid4()),
        "id": f"soir-{number}",
        "label": f"Accueil du soir, {label}, Léa",
        "state": "open",
        "text": "",
        "why": "",
    }
    return {"label": label, "cells": {"cantine": cell, "soir": evening}, "week_start": week_start}


def _closed() -> dict[str, Any]:
    return {"label": "Vendredi 25 décembre", "note": "Férié", "cells": {}}
