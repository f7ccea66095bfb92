"""« Ajouter ou modifier un contact »: whom to call in an emergency, who may collect the children."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.changes import ChangedMeanwhile, SubjectKind
from gateway.citizen.home_file import Home, open_home
from gateway.family import change_words, family_changes
from gateway.family.family_forms import ContactForm, contact_values
from gateway.forms import CommandForm
from gateway.sentences import sentence_of

blueprint = Blueprint("contacts", __name__, url_prefix="/famille/<uuid:family_id>/contacts")


@blueprint.route("/ajouter", methods=["GET", "POST"])
def add(family_id: UUID) -> ResponseReturnValue:
    """A new contact; its id is made with the form, so that a form sent twice makes one."""
    home, form = open_home(family_id), ContactForm()
    form.offer(home.record)
    if form.validate_on_submit():
        outcome = family_changes.propose(form, family_id, form.command_id.data, home.children, new=True)
        if outcome is not None:
            family_changes.tell(outcome, f"{form.first_name.data} fait partie de vos contacts.")
            return redirect(_back(home))
    return _page(home, form, "Ajouter un contact")


@blueprint.route("/<uuid:contact_id>", methods=["GET", "POST"])
def change(family_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    """A contact as it stands; what is changed is written at once."""
    home, form = open_home(family_id), ContactForm()
    if _is_gone(home, contact_id):
        return _say_gone()
    contact = home.contact(contact_id)
    form.offer(home.record)
    form.open(contact_values(contact), home.awaiting(SubjectKind.CONTACT, contact_id), contact_id)
    if form.validate_on_submit():
        outcome = family_changes.propose(form, family_id, contact_id, home.children)
        if outcome is not None:
            family_changes.tell(outcome)
            return redirect(_back(home))
    return _page(home, form, f"{contact.first_name} {contact.last_name}", contact_id)


@blueprint.route("/<uuid:contact_id>/retirer", methods=["GET", "POST"])
def remove(family_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    """Asks once more, then takes the contact out as it was shown."""
    home, form = open_home(family_id), ContactForm()
    if _is_gone(home, contact_id):
        return _say_gone()
    contact = home.contact(contact_id)
    form.open(contact_values(contact), [], contact_id)
    if CommandForm().validate_on_submit():
        try:
            family_changes.remove(form, family_id, contact_id, form.shown_values())
        except ChangedMeanwhile as refusal:
            flash(sentence_of(refusal).text, "warning")
            return redirect(url_for(".remove", family_id=family_id, contact_id=contact_id))
        flash(f"{contact.first_name} ne fait plus partie de vos contacts.", "success")
        return redirect(_back(home))
    return render_template(
        "citizen/contact_remove.html", home=home, contact=contact, form=form, words=change_words
    )


def _is_gone(home: Home, contact_id: UUID) -> bool:
    """Sent from a page that was shown before somebody removed the contact."""
    known = any(contact.contact_id == contact_id for contact in home.record.contacts)
    return request.method == "POST" and not known


def _say_gone() -> ResponseReturnValue:
    flash(
        "Ce contact ne fait plus partie du dossier : il a été retiré entre-temps. Rien n’a été enregistré.",
        "warning",
    )
    return redirect(url_for("citizen.changes.show"))


def _back(home: Home) -> str:
    return url_for("citizen.family.show", _anchor=f"contacts-{home.family.number}")


def _page(home: Home, form: ContactForm, heading: str, contact_id: UUID | None = None) -> ResponseReturnValue:
    page = render_template(
        "citizen/contact.html", home=home, form=form, heading=heading, contact_id=contact_id, back=_back(home)
    )
    return page, form.status
