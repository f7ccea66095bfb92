"""A parent states a calendar; the other home is told of it and answers; an agent decides (`changes`)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import journal
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Child, Guardian
from accounts.revision import changes
from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_subjects import At, child_of
from accounts.shared_custody.custody_agreements import check_draft, draft_of, open_agreement
from accounts.shared_custody.custody_homes import speak_for
from accounts.shared_custody.custody_models import CustodyOpinion
from accounts.shared_custody.custody_subjects import FIELD
from accounts.shared_custody.custody_views import proposal
from chassis.clock import PARIS
from contracts.accounts.changes import ChangeClosed, ChangeState, Edit, SubjectKind
from contracts.accounts.custody import AnswerCustody, CustodyHolds, Opinion, ProposalView, StateCustody
from contracts.accounts.journal import Action
from contracts.caller import Caller
from contracts.errors import Invalid, NotFound


def state(session: Session, site: Site, ask: StateCustody, caller: Caller, now: datetime) -> ProposalView:
    """Asks for the change, and writes to both homes. Raises NotFound, Invalid, ChangedMeanwhile,
    CustodyHolds."""
    family_id, homes = speak_for(session, caller.citizen(), ask.child_id, ask.family_id)
    changes.lock_family(session, family_id, caller)
    child = child_of(At(session, family_id, ask.child_id, now))
    draft = homes.seen_from(ask.draft, family_id)
    check_draft(session, ask.child_id, draft, now.astimezone(PARIS).date())
    held = open_agreement(session, ask.child_id)
    seen = draft_of(held).model_dump(mode="json") if held else None
    edit = Edit(seen=seen, wanted=draft.model_dump(mode="json"), awaiting=ask.awaiting)
    outcome = changes.propose(
        session, family_id, SubjectKind.CUSTODY, ask.child_id, {FIELD: edit}, caller, now
    )
    if not outcome.awaiting:
        raise CustodyHolds
    row = session.get_one(ChangeRequest, outcome.awaiting[0].change_id)
    if row.asked_at == now:
        for kind, home in (("custody_received", family_id), ("custody_stated", homes.other(family_id))):
            for account in _accounts(session, home, only=caller.account_id if home == family_id else None):
                mail.write(
                    session, site, kind, account.email, now,
                    first_name=account.first_name, child=child.first_name, child_id=child.child_id, at=now,
                )  # fmt: skip
    return proposal(session, row, family_id, homes, now)


def answer(session: Session, ask: AnswerCustody, caller: Caller, now: datetime) -> ProposalView:
    """What the home that did not state it thinks of a calendar. Raises NotFound, ChangeClosed, Invalid."""
    row = session.scalar(
        select(ChangeRequest)
        .where(
            ChangeRequest.change_id == ask.change_id,
            ChangeRequest.subject_kind == SubjectKind.CUSTODY.value,
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound
    _, homes = speak_for(session, caller.citizen(), row.subject_id)
    family_id, _ = speak_for(session, caller.citizen(), row.subject_id, homes.other(row.family_id))
    if row.state != ChangeState.AWAITING.value:
        raise ChangeClosed(state=row.state)
    text = ask.text.strip()
    if ask.opinion is Opinion.OBJECTS and not text:
        raise Invalid(problems={"text": "objection_without_text"})
    said = session.get(CustodyOpinion, (row.change_id, family_id))
    if said is None:
        said = CustodyOpinion(change_id=row.change_id, family_id=family_id)
        session.add(said)
    said.account_id, said.name, said.at = caller.citizen(), caller.name, now
    said.opinion, said.text = ask.opinion.value, text
    journal.note(
        session, caller.citizen(), Action.CUSTODY_ANSWERED, now, caller,
        child=session.get_one(Child, row.subject_id).first_name, opinion=ask.opinion.value,
    )  # fmt: skip
    session.flush()
    return proposal(session, row, family_id, homes, now)


def _accounts(session: Session, family_id: UUID, only: UUID | None = None) -> list[Account]:
    """The guardians of a home who have an account; `only`: that one of them."""
    wanted = (
        select(Account)
        .join(Guardian, Guardian.account_id == Account.account_id)
        .where(Guardian.family_id == family_id, Account.closed_at.is_(None))
        .order_by(Account.account_id)
    )
    if only is not None:
        wanted = wanted.where(Account.account_id == only)
    return list(session.scalars(wanted))
