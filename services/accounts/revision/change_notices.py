"""What an agent decided of a change, mailed to the guardians: what it was about, never a value."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, FamilyChild, Guardian
from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_policy import rule_of
from contracts.accounts.changes import ChangeState, SubjectKind


def decided(session: Session, site: Site, row: ChangeRequest, now: datetime) -> None:
    """To every guardian of the home that asked; what changed for the child, to those of its other home as well."""
    rule = rule_of(SubjectKind(row.subject_kind), row.field)
    accepted = row.state == ChangeState.ACCEPTED.value
    homes = select(FamilyChild.family_id).where(FamilyChild.child_id == row.child_id)
    theirs = Guardian.family_id == row.family_id
    concerned = theirs | Guardian.family_id.in_(homes) if accepted and row.shared else theirs
    accounts = session.execute(
        select(Account, func.bool_or(theirs))
        .join(Guardian, Guardian.account_id == Account.account_id)
        .where(concerned, Account.closed_at.is_(None))
        .group_by(Account.account_id)
        .order_by(Account.account_id)
    )
    for account, asked_by_us in accounts:
        mail.write(
            session,
            site,
            "change_accepted" if accepted else "change_refused",
            account.email,
            now,
            first_name=account.first_name,
            what=rule.said if rule else "une information",
            about=row.label,
            asked_at=row.asked_at,
            asked_by_us=asked_by_us,
            reason=row.reason,
        )
