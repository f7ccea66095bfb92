"""« Comptabilité »: a fund's journal by period, as the accountant opens it, and the accounts it is kept under."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.billing.treasury import (
    Chart,
    JournalEntry,
    JournalMark,
    JournalPart,
    OpenChart,
    OpenJournal,
    SetChart,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, periods
from gateway.csv_files import csv_stream
from gateway.forms import CommandForm, TextField, matching, required
from gateway.navigation import Desk, Entry
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("journal", __name__, url_prefix="/comptabilite")
navigation = [
    Entry(
        "Comptabilité",
        "staff.journal.show",
        order=44,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Le journal d’une régie, par mois ou par année, et ses comptes.",
    )
]
_OFFICE = access.requires_role(Role.BILLING)

COLUMNS = ("Date", "Écriture", "Compte", "Intitulé", "Débit", "Crédit", "Libellé", "Pièce", "Dossier famille")


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """What a period adds up to, account by account, and its file."""
    today = clock().now().astimezone(PARIS).date()
    word = request.args.get("periode", "")
    days = periods.period_of(word)
    if days is None:
        word = periods.month_before(today)
        days = periods.period_of(word)
    since, until = days or (today, today)
    view = ask(OpenJournal(fund=request.args.get("regie", "")[:10], since=since, until=until))
    return render_template("staff/journal.html", view=view, word=word, periods=periods.choices(today))


@blueprint.get("/<code>/<periode>.csv")
@_OFFICE
def download(code: str, periode: str) -> Response:
    """The journal of a fund and a period, sent as it is read."""
    days = periods.period_of(periode)
    if days is None or not 0 < len(code) <= 10:
        abort(404)
    since, until = days

    def parts() -> Iterator[list[tuple[object, ...]]]:
        after: JournalMark | None = None
        while True:
            part = ask(JournalPart(fund=code, since=since, until=until, after=after))
            yield [_row(entry) for entry in part.entries]
            after = part.after
            if after is None:
                return

    return csv_stream(f"journal-{code}-{periode}.csv", COLUMNS, parts())


@blueprint.route("/<code>/comptes", methods=["GET", "POST"])
@_OFFICE
def accounts(code: str) -> ResponseReturnValue:
    """The numbers of the accounts of a fund."""
    if not 0 < len(code) <= 10:
        abort(404)
    view = ask(OpenChart(fund=code))
    form = _chart_form(view)
    if form.validate_on_submit():
        numbers = {line.account: form[_field(place)].data for place, line in enumerate(view.lines)}
        try:
            ask(SetChart(command_id=form.command_id.data, fund=code, numbers=numbers))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                "Les comptes sont enregistrés : les journaux sont désormais tenus sous ces numéros.",
                "success",
            )
            return redirect(url_for(".show", regie=code))
    return render_template("staff/chart.html", form=form, view=view, fields=_fields(view)), form.status


def _row(entry: JournalEntry) -> tuple[object, ...]:
    return (
        f"{entry.on:%d/%m/%Y}",
        entry.number,
        entry.account,
        entry.account_name,
        _amount(entry.debit_cents),
        _amount(entry.credit_cents),
        entry.text.replace("\u00a0", " "),
        entry.piece,
        entry.family_number,
    )


def _amount(cents: int) -> str:
    """`1234,50`, as a French spreadsheet reads a number; nothing for nothing."""
    return f"{cents // 100},{cents % 100:02d}" if cents else ""


def _field(place: int) -> str:
    return f"account_{place}"


def _fields(view: Chart) -> list[str]:
    return [_field(place) for place in range(len(view.lines))]


def _chart_form(view: Chart) -> CommandForm:
    """One field an account: the accounts are those of the ledger and of the town's activities."""
    fields = {
        _field(place): TextField(
            line.name,
            [
                required(f"Saisissez le numéro du compte « {line.name} »."),
                matching(r"^[0-9]{2,12}$", "Un numéro de compte est fait de 2 à 12 chiffres."),
            ],
            classes="govuk-input--width-10",
            params={"inputmode": "numeric"},
        )
        for place, line in enumerate(view.lines)
    }
    form: type[CommandForm] = type("ChartForm", (CommandForm,), fields)
    return form(data={_field(place): line.number for place, line in enumerate(view.lines)})
