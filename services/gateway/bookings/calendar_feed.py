"""A family's booked days as iCalendar (RFC 5545): the same day has the same UID, whatever is read when."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from chassis.clock import PARIS
from contracts.enrolment.feeds import FeedContent, FeedEvent
from gateway import french

HOW_OFTEN = timedelta(hours=1)


def compose(content: FeedContent, site: str) -> bytes:
    """The calendar. `site`: the address of the site, for a link and for the UIDs' domain."""
    calendar = Calendar()
    calendar.add("prodid", "-//Espace Citoyens//Réservations//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Famille {content.family_label}".strip())
    calendar.add("x-wr-timezone", "Europe/Paris")
    calendar.add("refresh-interval", HOW_OFTEN, parameters={"VALUE": "DURATION"})
    for each in content.events:
        calendar.add_component(_event(each, site))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(booked: FeedEvent, site: str) -> Event:
    event = Event()
    host = site.partition("://")[2].partition("/")[0].partition(":")[0] or "espace-citoyens"
    event.add("uid", f"{booked.booking_id}@{host}")
    event.add("dtstamp", booked.made_at)
    event.add("last-modified", booked.made_at)
    what = f"{booked.activity_name}, {booked.slot}" if booked.slot else booked.activity_name
    event.add("summary", f"{booked.first_name} : {what}")
    if booked.begins is not None and booked.ends is not None:
        event.add("dtstart", datetime.combine(booked.day, booked.begins, tzinfo=PARIS))
        event.add("dtend", datetime.combine(booked.day, booked.ends, tzinfo=PARIS))
    else:
        event.add("dtstart", booked.day)
        event.add("dtend", booked.day + timedelta(days=1))
    event.add("location", ", ".join(part for part in (booked.place_name, booked.city) if part))
    event.add("description", f"Annulable jusqu’au {french.moment(booked.cancel_until)}.")
    event.add("url", f"{site}/mon-espace/semaine/{booked.day.isoformat()}")
    # Others who see this calendar may do something else at that time.
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
