"""An unpaid invoice closes nothing: the service that books days does not hear of money at all."""

import inspect

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from chassis.consumer import Subscription
from contracts import catalogue
from enrolment.service import EnrolmentService

ABOUT_SHEETS = {"run.drafted", "sheets.missed"}


def test_what_books_days_hears_of_no_bill() -> None:
    """Canteen is a right (Code de l'éducation L131-13): enrolment has no way to know who owes anything."""
    heard = {
        entrypoint.event.name
        for _, method in inspect.getmembers(EnrolmentService, inspect.isfunction)
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, Subscription)
    }
    about_money = {event.name for event in catalogue.events() if event.told_by == "billing"} - ABOUT_SHEETS
    assert "family.updated" in heard
    assert heard & about_money == set()
