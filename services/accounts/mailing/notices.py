"""Facts, written to the guardians they concern, in plain French.

Receipts (CRPA L112-11) go to who asked; what concerns the whole household goes to every guardian with an account, of
the family that the fact names and of no other: a child's other home hears of its own facts alone.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.household.facts import label_of
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Child, Guardian
from accounts.names import spell
from accounts.wording import weekday
from contracts.caller import Kind
from contracts.events.accounts import AccountRegistered, ActivationKeyRedeemed
from contracts.events.billing import (
    AllowanceEnded,
    AllowanceGranted,
    InvoicePublished,
    PaymentBounced,
    PaymentFailed,
    PaymentReceived,
    RefundMade,
    ReminderSent,
)
from contracts.events.bookings import DaysHandedOver, HandedDay
from contracts.events.closures import ClosedDay, DaysClosed, DaysReopened
from contracts.events.documents import DocumentExpiring, DocumentOpened
from contracts.events.enrolments import (
    EnrolmentAccepted,
    EnrolmentDocumentAsked,
    EnrolmentLapsed,
    EnrolmentOffered,
    EnrolmentRefused,
    EnrolmentRequested,
    EnrolmentWaiting,
    EnrolmentWithdrawn,
)
from contracts.events.waiting import PlaceOffered, WaitingEnded, WaitingState

TOWN = "la mairie"


def enrolment_requested(
    session: Session, site: Site, fact: EnrolmentRequested, at: datetime, now: datetime
) -> None:
    """The receipt of a request, with its number and date, to who made it."""
    _write(
        session, site, "enrolment_requested", fact.family_id, now, only=fact.account_id, fact=fact, at=at,
        reference=reference(fact.enrolment_id),
    )  # fmt: skip


def enrolment_accepted(
    session: Session, site: Site, fact: EnrolmentAccepted, at: datetime, now: datetime
) -> None:
    """The child may come, to the whole household."""
    _write(session, site, "enrolment_accepted", fact.family_id, now, fact=fact, at=at)


def enrolment_refused(
    session: Session, site: Site, fact: EnrolmentRefused, at: datetime, now: datetime
) -> None:
    """The refusal, its reason and what can be done, to the whole household."""
    _write(session, site, "enrolment_refused", fact.family_id, now, fact=fact, at=at)


def enrolment_withdrawn(
    session: Session, site: Site, fact: EnrolmentWithdrawn, at: datetime, now: datetime
) -> None:
    """The enrolment is given up, and by whom, to the whole household."""
    who = names_of(session, [fact.account_id]).get(fact.account_id, TOWN)
    _write(session, site, "enrolment_withdrawn", fact.family_id, now, fact=fact, at=at, who=who)


def enrolment_waiting(session: Session, site: Site, fact: EnrolmentWaiting, now: datetime) -> None:
    """There is no place yet, to the whole household."""
    _write(session, site, "enrolment_waiting", fact.family_id, now, fact=fact)


def enrolment_document_asked(
    session: Session, site: Site, fact: EnrolmentDocumentAsked, now: datetime
) -> None:
    """A document given before cannot serve after all, to the whole household: any of them may give another."""
    _write(session, site, "enrolment_document_asked", fact.family_id, now, fact=fact)


def enrolment_offered(session: Session, site: Site, fact: EnrolmentOffered, now: datetime) -> None:
    """A freed place is theirs to take, and until when, to the whole household."""
    _write(session, site, "enrolment_offered", fact.family_id, now, fact=fact)


def enrolment_lapsed(session: Session, site: Site, fact: EnrolmentLapsed, now: datetime) -> None:
    """The place went to the next, to the whole household."""
    _write(session, site, "enrolment_lapsed", fact.family_id, now, fact=fact)


def place_offered(session: Session, site: Site, fact: PlaceOffered, now: datetime) -> None:
    """A freed place is held for a child, and until when, to the whole household."""
    month = min(fact.days)
    _write(session, site, "place_offered", fact.family_id, now, fact=fact, month=f"{month:%Y-%m}")


def waiting_ended(session: Session, site: Site, fact: WaitingEnded, now: datetime) -> None:
    """An offer ran out or no place came, to the whole household.

    What the family itself did, or a closure, is told elsewhere.
    """
    kinds = {WaitingState.LAPSED: "place_lapsed", WaitingState.OVER: "place_never_came"}
    if fact.state in kinds:
        _write(session, site, kinds[fact.state], fact.family_id, now, fact=fact)


def days_closed(session: Session, site: Site, fact: DaysClosed, now: datetime) -> None:
    """The days that the town closed, to the whole household: one mail, however many."""
    _write(session, site, "days_closed", fact.family_id, now, fact=fact, lost=_lost(session, fact.days))


def days_reopened(session: Session, site: Site, fact: DaysReopened, now: datetime) -> None:
    """Those that are open again, to the whole household."""
    _write(session, site, "days_reopened", fact.family_id, now, fact=fact, lost=_lost(session, fact.days))


def days_handed_over(session: Session, site: Site, fact: DaysHandedOver, now: datetime) -> None:
    """The booked days that another custody calendar gives to this household or takes from it, to all of it."""
    child = names_of_children(session, {fact.child_id}).get(fact.child_id, "votre enfant")
    _write(
        session, site, "days_handed_over", fact.family_id, now, fact=fact, child=child,
        gained=_by_activity(fact.gained), lost=_by_activity(fact.lost),
    )  # fmt: skip


def _by_activity(days: Sequence[HandedDay]) -> list[tuple[str, list[date]]]:
    """(« Activités du mercredi, matin », its days), in order."""
    found: dict[str, list[date]] = {}
    for each in days:
        name = f"{each.activity_name}, {each.slot}" if each.slot else each.activity_name
        found.setdefault(name, []).append(each.day)
    return list(found.items())


def _lost(session: Session, days: Collection[ClosedDay]) -> list[str]:
    """« Léa : Restauration scolaire, mardi 1er décembre »."""
    names = names_of_children(session, {each.child_id for each in days})
    return [
        f"{names.get(each.child_id, 'Votre enfant')} : {each.activity_name}"
        f"{f', {each.slot}' if each.slot else ''}, {weekday(each.day)}"
        for each in days
    ]


def invoice_published(session: Session, site: Site, fact: InvoicePublished, now: datetime) -> None:
    """An invoice to read and pay, or money to the family's credit, to the whole household."""
    kind = "credit_note_published" if fact.kind == "credit_note" else "invoice_published"
    left = fact.total_cents if fact.left_cents is None else fact.left_cents
    _write(session, site, kind, fact.family_id, now, fact=fact, left=left)


def reminder_sent(session: Session, site: Site, fact: ReminderSent, now: datetime) -> None:
    """What is late, in the town's words, to the whole household: a debt is common (Code civil 220)."""
    _write(session, site, "reminder_sent", fact.family_id, now, fact=fact)


def payment_received(
    session: Session, site: Site, fact: PaymentReceived, at: datetime, now: datetime
) -> None:
    """The receipt of a payment, with its number and date, to who paid; to all when an agent took it."""
    _write(
        session, site, "payment_received", fact.family_id, now, only=fact.account_id, fact=fact, at=at,
        reference=fact.receipt_number or reference(fact.payment_id),
    )  # fmt: skip


def refund_made(session: Session, site: Site, fact: RefundMade, now: datetime) -> None:
    """Money goes back, to who had paid; to all when an agent had taken it."""
    _write(session, site, "refund_made", fact.family_id, now, only=fact.account_id, fact=fact)


def allowance_granted(session: Session, site: Site, fact: AllowanceGranted, now: datetime) -> None:
    """What the town grants, to the whole household."""
    _write(session, site, "allowance_granted", fact.family_id, now, fact=fact)


def allowance_ended(session: Session, site: Site, fact: AllowanceEnded, now: datetime) -> None:
    """An allowance ends before its date, or was taken back, to the whole household."""
    _write(session, site, "allowance_ended", fact.family_id, now, fact=fact, whole=fact.until < fact.since)


def payment_bounced(session: Session, site: Site, fact: PaymentBounced, now: datetime) -> None:
    """A cheque came back and the invoice is due again, to the whole household."""
    _write(session, site, "payment_bounced", fact.family_id, now, fact=fact)


def payment_failed(session: Session, site: Site, fact: PaymentFailed, at: datetime, now: datetime) -> None:
    """Nothing was taken and the invoice is still due, to who tried."""
    _write(
        session, site, "payment_failed", fact.family_id, now, only=fact.account_id, at=at,
        abandoned=fact.reason == "abandoned",
    )  # fmt: skip


def document_opened(session: Session, site: Site, fact: DocumentOpened, at: datetime, now: datetime) -> None:
    """An agent read what was shared, for the first time, to whose document it is."""
    if fact.account_id is None or fact.again:
        return
    account = session.get(Account, fact.account_id)
    _write_to(session, site, "document_opened", [account], now, fact=fact, at=at)


def document_expiring(session: Session, site: Site, fact: DocumentExpiring, now: datetime) -> None:
    """A document will soon serve no more, to whose it is."""
    account = session.get(Account, fact.account_id)
    _write_to(session, site, "document_expiring", [account], now, fact=fact)


def write_to_account(
    session: Session, site: Site, kind: str, account_id: UUID | None, now: datetime, **values: Any
) -> None:
    """What concerns one adult alone, whatever families they are of."""
    account = session.get(Account, account_id) if account_id else None
    _write_to(session, site, kind, [account], now, **values)


def account_registered(
    session: Session, site: Site, fact: AccountRegistered, at: datetime, now: datetime
) -> None:
    """What to do next, to whose account it is; the key may have been typed meanwhile."""
    linked = select(Guardian.guardian_id).where(Guardian.account_id == fact.account_id).limit(1)
    if session.scalar(linked) is None:
        account = session.get(Account, fact.account_id)
        _write_to(session, site, "account_registered", [account], now, at=at)


def guardian_linked(
    session: Session, site: Site, fact: ActivationKeyRedeemed, at: datetime, now: datetime
) -> None:
    """An account now opens the family's file, to the family's other guardians."""
    others = [
        account for account in guardians_of(session, fact.family_id) if account.account_id != fact.account_id
    ]
    who = names_of(session, [fact.account_id]).get(fact.account_id)
    if who is None or not others:
        return
    surnames = session.scalars(
        select(Guardian.last_name).where(Guardian.family_id == fact.family_id).order_by(Guardian.name_key)
    ).all()
    _write_to(
        session, site, "guardian_linked", others, now, at=at, who=who, family=label_of(list(surnames))
    )  # fmt: skip


def reference(identity: UUID) -> str:
    """The number of a receipt: short enough to be read out on the telephone."""
    return identity.hex[:10].upper()


def guardians_of(session: Session, family_id: UUID) -> Collection[Account]:
    """The accounts of a family's guardians, each once."""
    return session.scalars(
        select(Account)
        .where(
            Account.account_id.in_(select(Guardian.account_id).where(Guardian.family_id == family_id)),
            Account.closed_at.is_(None),
        )
        .order_by(Account.account_id)
    ).all()


def names_of(session: Session, account_ids: Collection[UUID | None]) -> dict[UUID | None, str]:
    """What parents read of who did something: an agent acts for the town."""
    rows = session.scalars(
        select(Account).where(Account.account_id.in_([each for each in account_ids if each]))
    )
    return {
        row.account_id: TOWN if row.kind == Kind.AGENT.value else spell(row.first_name, row.last_name)
        for row in rows
    }


def names_of_children(session: Session, child_ids: Collection[UUID]) -> dict[UUID, str]:
    """What their families call them."""
    rows = session.scalars(select(Child).where(Child.child_id.in_(child_ids)))
    return {row.child_id: row.first_name for row in rows}


def _write(
    session: Session,
    site: Site,
    kind: str,
    family_id: UUID,
    now: datetime,
    *,
    only: UUID | None = None,
    **values: Any,
) -> None:
    accounts = guardians_of(session, family_id) if only is None else [session.get(Account, only)]
    _write_to(session, site, kind, accounts, now, **values)


def _write_to(
    session: Session,
    site: Site,
    kind: str,
    accounts: Collection[Account | None],
    now: datetime,
    **values: Any,
) -> None:
    """An account that was closed meanwhile is written to no more."""
    open_ones = [account for account in accounts if account is not None and account.closed_at is None]
    mail.write_all(session, site, kind, open_ones, now, **values)
