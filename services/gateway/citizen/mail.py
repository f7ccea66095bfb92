"""« Mes courriels »: which mails I receive, and an address that fails."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.mail import ChooseMail, MailChoiceView, MyMail, MyMailView, TrustMyAddress
from contracts.errors import DomainError
from gateway.forms import CheckboxesField, CommandForm
from gateway.mail_words import why_undelivered
from gateway.services import ask

blueprint = Blueprint("mail", __name__, url_prefix="/courriels")


class MailForm(CommandForm):
    """One set of boxes per category; together they are what is wanted."""

    wanted = CheckboxesField("Je veux recevoir")


@blueprint.get("/")
def show() -> str:
    """The choices as they stand."""
    return _page(MailForm(), ask(MyMail()))


@blueprint.post("/")
def choose() -> ResponseReturnValue:
    """Saves them."""
    form = MailForm()
    # The boxes are those of the page that was sent: accounts judges each name.
    form.wanted.choices = [(name, name) for name in form.wanted.data or []]
    if form.validate_on_submit():
        try:
            ask(ChooseMail(command_id=form.command_id.data, wanted=frozenset(form.wanted.data)))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Vos choix sont enregistrés.", "success")
            return redirect(url_for("citizen.mail.show"))
    return _page(form, ask(MyMail())), form.status


@blueprint.post("/adresse-correcte")
def trust() -> ResponseReturnValue:
    """« My address is right »: what came back before counts no more."""
    form = CommandForm()
    if form.validate_on_submit():
        ask(TrustMyAddress(command_id=form.command_id.data))
        flash("Merci : nous continuons d’écrire à cette adresse.".replace(" :", "\u00a0:"), "success")
    return redirect(url_for("citizen.mail.show"))


def _page(form: MailForm, view: MyMailView) -> str:
    categories: dict[str, list[MailChoiceView]] = {}
    for each in view.kinds:
        categories.setdefault(each.category, []).append(each)
    return render_template(
        "citizen/mail.html",
        form=form,
        view=view,
        wanted=set(form.wanted.data or []) if form.is_submitted() else None,
        optional={
            name: kinds for name, each in categories.items() if (kinds := [k for k in each if not k.always])
        },
        always=[each for each in view.kinds if each.always],
        why=why_undelivered(view.why) if view.why else "",
    )
