"""« Connexion des agents »: a password, then a code; at the first sign-in, the application that will give the codes.

The ticket between the two pages lies in the signed cookie of forms: it opens nothing by itself and is over in minutes.
"""

from typing import Any, TypeVar

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.second_factor import (
    AgentSuspended,
    EnrolSecondFactor,
    ProveSecondFactor,
    ReadEnrolment,
    SignInAgent,
    TicketExpired,
)
from contracts.caller import Kind
from contracts.errors import DomainError
from gateway import access
from gateway.browser import browser_session
from gateway.forms import CommandForm, HiddenField, TextField, at_most, required
from gateway.french import count
from gateway.public.sign_in import SignInForm, identity_of
from gateway.sentences import sentence_of
from gateway.services import ask

F = TypeVar("F", bound=CommandForm)

blueprint = Blueprint("sign_in", __name__, url_prefix="/connexion")
TICKET = "agent_ticket"


class CodeForm(CommandForm):
    """Six digits, typed with a numeric keyboard or filled in by the telephone; `suite` is the page asked for."""

    code = TextField(
        "Code à six chiffres",
        [required("Saisissez le code affiché par votre application"), at_most(20)],
        hint="Il change toutes les trente secondes dans votre application d’authentification.",
        classes="govuk-input--width-10",
        autocomplete="one-time-code",
        params={"inputmode": "numeric", "spellcheck": False},
    )
    suite = HiddenField()


class PaperCodeForm(CommandForm):
    """One of the ten codes on paper."""

    code = TextField(
        "Code de secours",
        [required("Saisissez un de vos codes de secours"), at_most(40)],
        hint="Seize signes en quatre groupes, par exemple 7K3M-9DXV-2HTC-4RWP. Chaque code sert une seule fois.",
        classes="govuk-input--width-20",
        autocomplete="off",
        params={"spellcheck": False, "autocapitalize": "characters"},
    )
    suite = HiddenField()


@blueprint.route("", methods=["GET", "POST"])
@access.open_to_all
def enter() -> ResponseReturnValue:
    """The password. Whatever was wrong, one sentence above the form says so."""
    form = SignInForm(suite=request.args.get("suite", ""))
    if form.validate_on_submit():
        command = SignInAgent(
            command_id=form.command_id.data, email=form.email.data, password=form.password.data[:1024]
        )
        try:
            ticket = ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            session[TICKET] = ticket.ticket
            page = ".prove" if ticket.enrolled else ".enrol"
            return redirect(url_for(page, suite=form.suite.data or None))
    if request.method == "GET" and _signed_in():
        return redirect(access.after_sign_in(Kind.AGENT))
    return render_template("staff/sign_in.html", form=form), form.status


@blueprint.route("/code", methods=["GET", "POST"])
@access.open_to_all
def prove() -> ResponseReturnValue:
    """The code of the application."""
    return _prove(_form(CodeForm), "staff/second_factor.html")


@blueprint.route("/code-de-secours", methods=["GET", "POST"])
@access.open_to_all
def prove_on_paper() -> ResponseReturnValue:
    """A code on paper, for who has lost the telephone."""
    return _prove(_form(PaperCodeForm), "staff/second_factor_paper.html")


@blueprint.route("/application", methods=["GET", "POST"])
@access.open_to_all
def enrol() -> ResponseReturnValue:
    """The first sign-in: the application is set up, proves itself, and ten codes on paper are shown this once."""
    form = _form(CodeForm)
    if TICKET not in session:
        return _begin_again()
    if form.validate_on_submit():
        command = EnrolSecondFactor(
            command_id=form.command_id.data, ticket=session[TICKET], code=form.code.data
        )
        try:
            enrolled = ask(command)
        except (TicketExpired, AgentSuspended) as refusal:
            return _begin_again(refusal)
        except DomainError as refusal:
            form.show(refusal, code="code")
        else:
            browser_session.sign_in(identity_of(enrolled))
            return render_template(
                "staff/recovery_codes.html",
                codes=enrolled.recovery_codes,
                onward=access.after_sign_in(Kind.AGENT),
            )
    try:
        offer = ask(ReadEnrolment(ticket=session[TICKET]))
    except TicketExpired as refusal:
        return _begin_again(refusal)
    page = render_template(
        "staff/second_factor_enrol.html",
        form=form,
        picture=segno.make(offer.uri, error="m").svg_data_uri(border=2, omitsize=True),
        secret=" ".join(offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)),
    )
    return page, form.status


def _prove(form: Any, template: str) -> ResponseReturnValue:
    if TICKET not in session:
        return _begin_again()
    if form.validate_on_submit():
        command = ProveSecondFactor(
            command_id=form.command_id.data, ticket=session[TICKET], code=form.code.data
        )
        try:
            proven = ask(command)
        except (TicketExpired, AgentSuspended) as refusal:
            return _begin_again(refusal)
        except DomainError as refusal:
            form.show(refusal, code="code")
        else:
            browser_session.sign_in(identity_of(proven))
            if proven.recovery_left is not None:
                left = count(proven.recovery_left, "code de secours", "codes de secours")
                flash(
                    f"Il vous reste {left}. Vous pouvez en obtenir dix nouveaux dans « Mon compte ».", "info"
                )
            return redirect(access.after_sign_in(Kind.AGENT))
    return render_template(template, form=form), form.status


def _form(kind: type[F]) -> F:
    return kind(suite=request.args.get("suite", ""))


def _begin_again(refusal: DomainError | None = None) -> ResponseReturnValue:
    """Back to the password; the page asked for is not forgotten."""
    session.pop(TICKET, None)
    if refusal is None and _signed_in():
        return redirect(access.after_sign_in(Kind.AGENT))
    if refusal is not None:
        flash(sentence_of(refusal).text, "warning")
    return redirect(url_for(".enter", suite=request.values.get("suite") or None))


def _signed_in() -> bool:
    signed_in = browser_session.current()
    return signed_in is not None and signed_in.kind is Kind.AGENT
