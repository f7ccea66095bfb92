"""Roll-calls: what costs a family something without its having booked or cancelled it, written the same evening.

Being absent without a word and coming without a booking are news; being there, or absent in time, is not. A sheet
corrected before the evening leaves no trace in the mail; corrected later, those who were told are told again.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.household.activities import names_of_activities
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.mailing.news_models import AttendanceNews
from accounts.mailing.notices import guardians_of, names_of_children
from accounts.wording import count, day
from chassis.clock import PARIS
from contracts.events.attendance import AttendanceSettled, Mark

EVENING = time(18, 30)
KEPT = timedelta(days=90)
NEWS = {Mark.ABSENT_UNJUSTIFIED, Mark.PRESENT_WITHOUT_BOOKING}
_TITLES = {
    Mark.ABSENT_UNJUSTIFIED.value: "absence non signalée",
    Mark.PRESENT_WITHOUT_BOOKING.value: "présence sans réservation",
    "": "appel corrigé",
}


def evening_of(now: datetime) -> datetime:
    """When to write of what is learned now: this evening, or at once when it has begun."""
    local = now.astimezone(PARIS)
    return max(local, local.replace(hour=EVENING.hour, minute=EVENING.minute, second=0, microsecond=0))


def gather(session: Session, fact: AttendanceSettled, now: datetime) -> None:
    """Takes over what the newest sheet of a session says. Three statements; the caller drops older sheets."""
    # An absence that was reported is not news: its own mails say what becomes of it.
    reported = [line.child_id for line in fact.lines if line.absence is not None]
    session.execute(
        delete(AttendanceNews)
        .where(AttendanceNews.session_id == fact.session_id, AttendanceNews.child_id.in_(reported))
        .execution_options(synchronize_session=False)
    )
    news = [line for line in fact.lines if line.mark in NEWS and line.absence is None]
    # What was noted before and is not any more: the child was there, or is not on the sheet.
    session.execute(
        update(AttendanceNews)
        .where(
            AttendanceNews.session_id == fact.session_id,
            AttendanceNews.child_id.not_in([line.child_id for line in news]),
            AttendanceNews.mark != "",
        )
        .values(mark="", due_at=evening_of(now))
        .execution_options(synchronize_session=False)
    )
    if not news:
        return
    statement = insert(AttendanceNews).values(
        [
            {
                "session_id": fact.session_id,
                "child_id": line.child_id,
                "family_id": line.family_id,
                "activity_code": fact.activity_code,
                "day": fact.day,
                "slot": fact.slot,
                "mark": line.mark.value,
                "told": "",
                "due_at": evening_of(now),
            }
            for line in sorted(news, key=lambda line: line.child_id)
        ]
    )
    given = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[AttendanceNews.session_id, AttendanceNews.child_id],
            set_={"mark": given.mark, "family_id": given.family_id, "due_at": given.due_at},
            where=AttendanceNews.mark != given.mark,
        )
    )


def write_one(session: Session, site: Site, now: datetime) -> bool:
    """Writes to the guardians of one family what is due of its children; False when there is nothing.

    What another process is writing, or a sheet is changing, is passed over and found the next time.
    """
    due = (AttendanceNews.mark != AttendanceNews.told, AttendanceNews.due_at <= now)
    first = session.scalar(
        select(AttendanceNews)
        .where(*due)
        .order_by(AttendanceNews.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if first is None:
        return False
    rows = session.scalars(
        select(AttendanceNews)
        .where(*due, AttendanceNews.family_id == first.family_id)
        .order_by(AttendanceNews.day, AttendanceNews.session_id, AttendanceNews.child_id)
        .with_for_update(skip_locked=True)
    ).all()
    accounts = guardians_of(session, first.family_id)
    if accounts:
        names = names_of_children(session, {row.child_id for row in rows})
        activities = names_of_activities(session, {row.activity_code for row in rows})
        lines = [
            {
                "child": names.get(row.child_id, ""),
                "activity": activities[row.activity_code],
                "slot": row.slot,
                "day": row.day,
                "mark": row.mark,
            }
            for row in rows
        ]
        title = _title(names.get(first.child_id, ""), first) if len(rows) == 1 else _titles(len(rows))
        mail.write_all(session, site, "attendance_noted", accounts, now, lines=lines, title=title)
    for row in rows:
        row.told = row.mark
    return True


def forget_old(session: Session, now: datetime) -> None:
    """Removes what is settled for long, and what was corrected before anybody was told."""
    session.execute(
        delete(AttendanceNews).where(
            AttendanceNews.due_at < now,
            AttendanceNews.mark == AttendanceNews.told,
            or_(AttendanceNews.due_at < now - KEPT, AttendanceNews.mark == ""),
        )
    )


def _title(child: str, row: AttendanceNews) -> str:
    return f"{child}, {day(row.day)} : {_TITLES.get(row.mark, _TITLES[''])}"


def _titles(number: int) -> str:
    return f"L’appel de vos enfants : {count(number, 'point à vérifier', 'points à vérifier')}"
