"""The feed as a calendar program reads it, and the page that makes its address."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from bs4 import BeautifulSoup
from icalendar import Calendar

from chassis.clock import PARIS
from contracts.enrolment.feeds import (
    FeedContent,
    FeedEvent,
    FeedView,
    MakeFeed,
    MyFeeds,
    NewFeed,
    ReadFeed,
    RevokeFeed,
)
from contracts.errors import NotFound

FAMILY = UUID("00000000-0000-4000-8000-0000000000fa")


def booked(number: int = 1, **differing: Any) -> FeedEvent:
    known: dict[str, Any] = {
        "booking_id": UUID(int=number),
        "first_name": "Léa",
        "activity_name": "Restauration scolaire",
        "place_name": "École Saint-Nicolas",
        "city": "Romans-sur-Isère",
        "day": date(2026, 12, 4),
        "cancel_until": datetime(2026, 12, 2, 9, tzinfo=PARIS),
        "made_at": datetime(2026, 11, 23, 10, tzinfo=PARIS),
    }
    return FeedEvent(**(known | differing))


def events(data: bytes) -> list[Any]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def test_a_calendar_program_reads_it_without_a_cookie(site: Any) -> None:
    evening = booked(2, slot="soir", begins=time(16, 30), ends=time(17, 45))
    site.services.answers[ReadFeed] = FeedContent(family_label="Fontanel", events=[booked(), evening])
    answer = site.anonymous().client.get("/agenda/un-secret.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    whole, timed = events(answer.data)
    assert str(whole["SUMMARY"]) == "Léa : Restauration scolaire"
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (date(2026, 12, 4), date(2026, 12, 5))
    assert str(whole["LOCATION"]) == "École Saint-Nicolas, Romans-sur-Isère"
    assert "Annulable jusqu’au 2\xa0décembre 2026 à 9\xa0h" in str(whole["DESCRIPTION"])
    assert timed["DTSTART"].dt == datetime(2026, 12, 4, 16, 30, tzinfo=PARIS)
    assert len({str(each["UID"]) for each in (whole, timed)}) == 2


def test_hours_carry_their_time_zone(site: Any) -> None:
    summer = booked(3, day=date(2027, 7, 7), begins=time(9), ends=time(12))
    site.services.answers[ReadFeed] = FeedContent(family_label="", events=[summer])
    data = site.anonymous().client.get("/agenda/un-secret.ics").data
    assert b"BEGIN:VTIMEZONE" in data
    [event] = events(data)
    assert event["DTSTART"].dt.utcoffset().total_seconds() == 7200


def test_what_has_not_changed_is_not_sent_again(site: Any) -> None:
    site.services.answers[ReadFeed] = FeedContent(family_label="Fontanel", events=[booked()])
    client = site.anonymous().client
    etag = client.get("/agenda/un-secret.ics").headers["ETag"]
    again = client.get("/agenda/un-secret.ics", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    compressed = client.get("/agenda/un-secret.ics", headers={"If-None-Match": f"W/{etag}"})
    assert compressed.status_code == 304
    site.services.answers[ReadFeed] = FeedContent(family_label="Fontanel", events=[])
    assert client.get("/agenda/un-secret.ics", headers={"If-None-Match": etag}).status_code == 200


def test_a_wrong_address_and_a_revoked_one_are_alike(site: Any) -> None:
    site.services.answers[ReadFeed] = NotFound()
    client = site.anonymous().client
    assert client.get("/agenda/un-secret.ics").status_code == 404
    assert client.get(f"/agenda/{'x' * 3000}.ics").status_code == 404


def test_the_secret_is_in_no_log(site: Any, capsys: Any) -> None:
    site.services.answers[ReadFeed] = FeedContent(family_label="Fontanel", events=[])
    site.anonymous().client.get("/agenda/tres-secret.ics")
    assert "tres-secret" not in "".join(capsys.readouterr())
    assert "tres-secret" not in repr(ReadFeed(token="tres-secret"))


def test_an_address_is_made_shown_once_and_revoked(site: Any) -> None:
    view = FeedView(family_id=FAMILY, family_label="Fontanel", children=["Léa", "Tom"])
    site.services.answers[MyFeeds] = [view]
    site.services.answers[MakeFeed] = NewFeed(token="un-secret")
    site.services.answers[RevokeFeed] = None
    browser = site.citizen()
    answer = browser.send("/mon-espace/agenda/")
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert answer.headers["Cache-Control"] == "no-store"
    assert page.select_one("#adresse")["value"].endswith("/agenda/un-secret.ics")
    assert page.select_one("a.govuk-button")["href"].startswith("webcal://")
    made = view.model_copy(update={"made_at": datetime(2026, 11, 23, 10, tzinfo=PARIS)})
    site.services.answers[MyFeeds] = [made]
    assert browser.send("/mon-espace/agenda/", form=1).location == "/mon-espace/agenda/"
    [revoked] = site.services.asked_for(RevokeFeed)
    assert revoked.family_id == FAMILY
