"""An account is closed by its owner: at once, in one transaction, and for good.

Gone: how one came in, the journal, links, preferences, the Clés Enfance used, the mails sent, and every row that hangs
on the account by a cascading key (a table of one's own account is erased by that alone). Unlinked: the guardians, who
stay in the families' files with what the school's register says of them. Kept: the row, without name or address, for
what the law makes refer to it.
"""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from accounts.household.facts import tell_families
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.mailing.mail_models import BadAddress, Mail
from accounts.models import Account, ActivationKey, Base, Guardian, Registration
from chassis import metrics
from chassis.outbox import tell
from contracts.accounts.mail import MailState
from contracts.events.accounts import AccountClosed

CLOSED = metrics.counter("accounts_closed_total", "Accounts closed by their owners")


def close(session: Session, site: Site, account: Account, now: datetime) -> None:
    """Closes an account whose row the caller has locked.

    Then locks its guardians in the order of their ids, then their families: the order of `activation_keys.redeem`.
    """
    email, first_name = account.email, account.first_name
    guardians = session.scalars(
        select(Guardian)
        .where(Guardian.account_id == account.account_id)
        .order_by(Guardian.guardian_id)
        .with_for_update()
    ).all()
    for guardian in guardians:
        guardian.account_id = None
    _erase(session, account)
    session.execute(delete(Registration).where(Registration.email == email))
    gone = and_(Mail.to == email, Mail.state != MailState.QUEUED)
    session.execute(delete(Mail).where(or_(gone, Mail.account_id == account.account_id)))
    session.execute(delete(BadAddress).where(BadAddress.email == email))
    # Not an address: nobody can register it, and its owner may register the real one again.
    account.email = f"closed:{account.account_id}"
    account.title = account.first_name = account.last_name = account.phone = ""
    account.phone_verified_at = account.password_hash = account.last_sign_in_at = None
    account.closed_at = now
    session.flush()
    tell_families(session, {guardian.family_id for guardian in guardians}, now)
    tell(session, AccountClosed(account_id=account.account_id), subject=account.account_id, at=now)
    mail.write(session, site, "account_closed", email, now, first_name=first_name, at=now)
    CLOSED.inc()


def _erase(session: Session, account: Account) -> None:
    session.execute(delete(ActivationKey).where(ActivationKey.redeemed_by == account.account_id))
    for table in reversed(Base.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column is Account.__table__.c.account_id and key.ondelete == "CASCADE":
                session.execute(delete(table).where(key.parent == account.account_id))
