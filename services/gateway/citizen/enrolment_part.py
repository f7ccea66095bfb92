"""What « Mon tableau de bord » says of enrolment: children, documents awaited, deadlines of the week, agenda."""

from datetime import date

from flask import url_for

from chassis.clock import PARIS
from contracts.enrolment.enrolments import ChildView
from contracts.enrolment.home import Overview, OverviewView
from gateway import dashboard, french
from gateway.citizen.absences import certificate_address
from gateway.citizen.enrolments import document_address
from gateway.dashboard import ChildCard, Page, Task


@dashboard.part(
    order=20,
    asks=lambda: [Overview()],
    template="citizen/enrolment_part.html",
    label="les réservations de vos enfants",
)
def show_overview(page: Page, view: OverviewView) -> dict[str, object] | None:
    """Cards of the children, what is to do, and the booked days of the week."""
    for child in view.children:
        page.child(_card(child))
    for enrolment in view.enrolments:
        if enrolment.missing_documents:
            page.to_do(
                Task(
                    f"Un justificatif pour {enrolment.child_name}",
                    f"L’inscription « {enrolment.activity_name} » attend un document.",
                    "Fournir le document",
                    document_address(enrolment.enrolment_id, enrolment.missing_documents[0]),
                )
            )
        if enrolment.offer_ends_at is not None:
            page.to_do(
                Task(
                    f"Une place pour {enrolment.child_name}",
                    f"{enrolment.activity_name} : gardée jusqu’au {french.moment(enrolment.offer_ends_at)}.",
                    "Prendre ou refuser la place",
                    url_for("citizen.enrolments.follow", enrolment_id=enrolment.enrolment_id),
                    due=enrolment.offer_ends_at.astimezone(PARIS).date(),
                )
            )
    for offer in view.offers:
        if offer.offer_ends_at is not None:
            page.to_do(
                Task(
                    f"Une place pour {offer.child_name}, {french.weekday(offer.days[0])}",
                    f"{offer.activity_name} : gardée jusqu’au {french.moment(offer.offer_ends_at)}.",
                    "Prendre ou refuser la place",
                    url_for("citizen.waiting.show"),
                    due=offer.offer_ends_at.astimezone(PARIS).date(),
                )
            )
    for awaited in view.certificates:
        page.to_do(
            Task(
                f"Un certificat pour l’absence {french.of(awaited.child_name)}",
                f"Absence du {french.weekday(awaited.day)} : sans certificat avant le "
                f"{french.weekday(awaited.until)} inclus, elle sera facturée.",
                "Joindre le certificat",
                certificate_address(awaited.absence_id),
                due=awaited.until,
            )
        )
    for near in view.deadlines:
        closing = f"{french.weekday(near.closes_at)}, {french.hour(near.closes_at)}"
        days = french.count(near.bookable, "jour")
        starting = "," if near.first == near.last else ". Le premier se réserve"
        page.to_do(
            Task(
                f"{near.activity_name} : rien de réservé pour {near.child_name}",
                f"{days} à réserver, {_span(near.first, near.last)}{starting} avant le {closing}.",
                "Réserver",
                url_for("citizen.bookings.show", child_id=near.child_id, month=f"{near.first:%Y-%m}"),
                due=near.closes_at.astimezone(PARIS).date(),
            )
        )
    return {"upcoming": view.upcoming, "children": view.children} if view.children else None


def _span(first: date, last: date) -> str:
    """« le mercredi 2 décembre », « du jeudi 26 novembre au vendredi 4 décembre »."""
    if first == last:
        return f"le {french.weekday(first)}"
    return f"du {french.weekday(first)} au {french.weekday(last)}"


def _card(child: ChildView) -> ChildCard:
    place = ", ".join(part for part in (child.place_name, child.class_name) if part)
    return ChildCard(
        name=f"{child.first_name} {child.last_name}",
        place=place,
        actions=(
            ("Agenda et réservations", url_for("citizen.bookings.show", child_id=child.child_id)),
            ("Inscrire à une activité", url_for("citizen.enrolments.choose", child_id=child.child_id)),
            ("Signaler une absence", url_for("citizen.absences.report", child_id=child.child_id)),
        ),
    )
