"""Copies of the names of enrolment's activities."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.mailing.news_models import Activity
from contracts.events.offer import ActivityUpdated


def keep(session: Session, fact: ActivityUpdated) -> None:
    """Takes over an activity's name; the caller drops older facts."""
    statement = insert(Activity).values(activity_code=fact.activity_code, name=fact.activity_name)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Activity.activity_code], set_={"name": statement.excluded.name}
        )
    )


def names_of_activities(session: Session, codes: Collection[str]) -> dict[str, str]:
    """code → name; the code itself when it was never told."""
    rows = session.scalars(select(Activity).where(Activity.activity_code.in_(list(codes))))
    return {**{code: code for code in codes}, **{row.activity_code: row.name for row in rows}}
