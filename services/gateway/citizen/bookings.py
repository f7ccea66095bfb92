"""« Réservations »: a child's month to tick, what a save did, and the proofs of every change."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.enrolment.bookings import (
    DAYS_AT_ONCE,
    BookingAnswer,
    BookingProofs,
    ChangeBookings,
    MonthPage,
    MonthView,
    Refusal,
    RefusedDay,
)
from contracts.enrolment.home import Overview
from gateway import french
from gateway.bookings import plan_words
from gateway.bookings.month_grid import grid_of, neighbours
from gateway.forms import CommandForm
from gateway.navigation import Entry
from gateway.sentences.enrolment import DAYS
from gateway.services import ask
from gateway.wiring import wiring

blueprint = Blueprint("bookings", __name__, url_prefix="/reservations")
navigation = [
    Entry(
        "Réservations",
        "citizen.bookings.choose",
        order=30,
        also=("citizen.week", "citizen.plans", "citizen.waiting", "citizen.calendar_feed"),
    )
]


class BookingForm(CommandForm):
    """The month's form: `book` holds the ticked sessions, `shown` those that were booked when it was shown."""


@blueprint.get("/")
def choose() -> ResponseReturnValue:
    """Whose month? With one child there is no question."""
    view = ask(Overview())
    if len(view.children) == 1:
        return redirect(url_for(".show", child_id=view.children[0].child_id))
    return render_template("citizen/bookings_choose.html", view=view)


@blueprint.get("/<uuid:child_id>")
@blueprint.get("/<uuid:child_id>/<month>")
def show(child_id: UUID, month: str = "") -> ResponseReturnValue:
    """The month to tick; the current one when none is named."""
    view = ask(MonthPage(child_id=child_id, month=_month(month)))
    return _page(view, BookingForm())


@blueprint.post("/<uuid:child_id>/<month>")
def save(child_id: UUID, month: str) -> ResponseReturnValue:
    """Saves the whole month at once. Sending it again shows the same answer: the command is the same."""
    form = BookingForm()
    if not form.validate_on_submit():
        return _page(ask(MonthPage(child_id=child_id, month=_month(month))), form)
    additions, removals, waits = changes_sent()
    back = url_for(".show", child_id=child_id, month=month)
    if not additions and not removals:
        flash("Vous n’avez rien changé : vos réservations restent les mêmes.", "info")
        return redirect(back)
    answer = ask(
        ChangeBookings(
            command_id=form.command_id.data,
            child_id=child_id,
            additions=additions,
            removals=removals,
            waits=waits,
        )
    )
    return show_answers([answer], back)


@blueprint.get("/preuves")
def prove() -> str:
    """Every change made: who, when, what, under which deadline."""
    before = request.args.get("avant", type=int)
    view = ask(BookingProofs(before=before))
    return render_template("citizen/bookings_proofs.html", view=view, before=before)


def _page(view: MonthView, form: BookingForm) -> ResponseReturnValue:
    now = _now()
    before, after = neighbours(view)
    page = render_template(
        "citizen/bookings_month.html",
        view=view,
        form=form,
        grid=grid_of(view, _today(), now),
        today=_today(),
        before=before,
        after=after,
    )
    return page, form.status


def show_answers(answers: Sequence[BookingAnswer], back: str, back_label: str = "Revenir au mois") -> str:
    """What a save did, child by child: what was changed, what was not and why."""
    return render_template(
        "citizen/bookings_saved.html",
        answers=answers,
        back=back,
        back_label=back_label,
        by_activity=plan_words.by_activity,
        refusals=lambda refused: plan_words.refusals(refused, why_refused),
    )


def why_refused(refused: RefusedDay) -> str:
    """« le délai est dépassé depuis le vendredi 20 novembre, 9 h (jusqu’à 2 jours avant …) »."""
    words = DAYS[refused.why]
    match refused.why:
        case Refusal.TOO_LATE if refused.closes_at is not None:
            words += f" depuis le {french.weekday(refused.closes_at)}, {french.hour(refused.closes_at)}"
            words += f" (possible {refused.rule_sentence})"
        case Refusal.NOT_OPEN if refused.opens_at is not None:
            words += f" : elles ouvrent le {french.moment(refused.opens_at)}"
        case Refusal.CLOSED if refused.closed_because:
            words += f" ({refused.closed_because})"
        case Refusal.NEEDS_ANOTHER:
            words += f" : réservez aussi {' ou '.join(refused.needs)} le même jour"
        case Refusal.STILL_NEEDED:
            words += f" ({', '.join(refused.needs)}) : annulez-le aussi"
    return words


def changes_sent(suffix: str = "") -> tuple[list[UUID], list[UUID], list[UUID]]:
    """(to book, to cancel, those of the first to wait for where there is no place), of the boxes named `…<suffix>`."""
    ticked, shown, waits = (_ids(f"{name}{suffix}") for name in ("book", "shown", "wait"))
    additions = [each for each in ticked if each not in shown]
    return additions + waits, [each for each in shown if each not in ticked], waits


def _ids(name: str) -> list[UUID]:
    """The ids sent under a name; what is not an id, and more than a page ever has, was not sent by our page."""
    found = []
    for value in request.form.getlist(name):
        try:
            found.append(UUID(value))
        except ValueError:
            abort(400)
    if len(found) > DAYS_AT_ONCE:
        abort(400)
    return list(dict.fromkeys(found))


def _month(text: str) -> date:
    if not text:
        return _today().replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(404)


def _now() -> datetime:
    return wiring().clock.now()


def _today() -> date:
    return _now().astimezone(PARIS).date()
