"""Reminders to certify: on dated steps, to guardians who have an account, each family at most once a step.

Two processes may run it at once: each takes families that the other is not at (SKIP LOCKED on the family), and the row
of the step, written in the transaction that writes the mails, refuses a second time.
"""

from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Child, Family, FamilyChild, Guardian
from accounts.yearly.certification_models import Certification, CertificationReminder
from accounts.yearly.certification_rules import step_of
from accounts.yearly.certifications import year_on

AT_ONCE = 50


def remind(session: Session, site: Site, now: datetime, today: date) -> int:
    """Writes to the guardians of at most fifty families; gives how many families were taken."""
    year = year_on(session, today)
    step = step_of(today, year)
    if step is None:
        return 0
    families = session.scalars(
        select(Family)
        .where(
            exists().where(
                FamilyChild.family_id == Family.family_id,
                Child.child_id == FamilyChild.child_id,
                Child.place_code.is_not(None),
            ),
            exists().where(Guardian.family_id == Family.family_id, Guardian.account_id.is_not(None)),
            ~exists().where(
                Certification.family_id == Family.family_id, Certification.school_year == year.label
            ),
            ~exists().where(
                CertificationReminder.family_id == Family.family_id,
                CertificationReminder.school_year == year.label,
                CertificationReminder.step >= step,
            ),
        )
        .order_by(Family.family_id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for family in families:
        mark = insert(CertificationReminder).values(
            family_id=family.family_id, school_year=year.label, step=step, sent_at=now
        )
        taken = mark.on_conflict_do_nothing().returning(CertificationReminder.family_id)
        if session.execute(taken).first() is not None:
            _write(session, site, family, year.label, now)
    return len(families)


def _write(session: Session, site: Site, family: Family, school_year: str, now: datetime) -> None:
    accounts = session.scalars(
        select(Account)
        .join(Guardian, Guardian.account_id == Account.account_id)
        .where(Guardian.family_id == family.family_id, Account.closed_at.is_(None))
        .order_by(Account.account_id)
    )
    for account in accounts:
        mail.write(
            session, site, "certification_reminder", account.email, now,
            first_name=account.first_name, school_year=school_year, family_id=family.family_id,
        )  # fmt: skip
