"""A change of the family's file: proposed by a guardian, written at once or decided by an agent, or withdrawn.

Everybody who changes a family's file locks the family's row first, then what it touches: of two guardians who save at
once one waits, then finds that the value is not the one their page showed. The whole form comes back to them, with
the new value and who gave it; nothing of it was written. (Half a form saved is harder to understand than none.)

An awaiting change locks nobody out: every other field can be changed, and a newer request for the same field by the
same family takes its place, in plain view.

What can be changed, and how a matter brings its own: `change_subjects`. At once or after a look: `change_policy`.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.identity import journal
from accounts.mailing.mail import Site
from accounts.models import Family, Guardian
from accounts.revision import change_notices
from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_policy import FieldRule, Policy, rule_of
from accounts.revision.change_states import DONE, Act, after
from accounts.revision.change_subjects import At
from accounts.revision.change_target import Target
from accounts.revision.change_views import show_change
from accounts.staff import agents
from contracts.accounts.accesses import Access
from contracts.accounts.changes import (
    WHOLE,
    ChangedMeanwhile,
    ChangeOutcome,
    ChangeState,
    ChangeView,
    DecideChange,
    Edit,
    SubjectKind,
)
from contracts.accounts.journal import Action
from contracts.caller import Caller, Kind, Role
from contracts.errors import Invalid, NotFound


def propose(
    session: Session,
    family_id: UUID,
    kind: SubjectKind,
    subject_id: UUID,
    edits: Mapping[str, Edit],
    caller: Caller,
    now: datetime,
) -> ChangeOutcome:
    """Changes the fields that were touched, all or none. What another guardian asked for already is not asked twice.

    Raises NotFound (not their family, not its subject, no such field), NotAllowed, Invalid, ChangedMeanwhile.
    """
    lock_family(session, family_id, caller)
    rules = {field: _rule(kind, field, caller) for field in edits}
    target = Target.open(At(session, family_id, subject_id, now), kind)
    touched = {field: edit for field, edit in edits.items() if edit.wanted != edit.seen}
    if target.present is None and touched and WHOLE not in touched:
        raise ChangedMeanwhile(fields={field: target.newer(field) for field in touched})
    wanted = target.check({field: edit.wanted for field, edit in touched.items()})
    wanted = {field: value for field, value in wanted.items() if value != touched[field].seen}
    # What a family asked for stays with the agent who will look at it, whatever a colleague writes meanwhile.
    awaiting = target.awaiting() if caller.kind is Kind.CITIZEN else {}
    stale = {
        field: newer
        for field, value in wanted.items()
        if (newer := target.stale(field, touched[field], value, awaiting.get(field))) is not None
    }
    if stale:
        raise ChangedMeanwhile(fields=dict(stale))
    asked = [awaiting[field] for field, value in wanted.items() if _is_asked(awaiting.get(field), value)]
    rows = [
        _request(target, field, value, rules[field], caller)
        for field, value in wanted.items()
        if value != target.value(field) and not _is_asked(awaiting.get(field), value)
    ]
    for row in rows:
        if row.field in awaiting:
            _end(awaiting[row.field], Act.SUPERSEDE, caller, now)
    session.flush()
    target.write({row.field: row.new for row in rows if row.state in DONE})
    for row in rows:
        if target.present is not None:
            row.label, row.child_id = target.present.label, target.present.child_id
    session.add_all(rows)
    session.flush()
    if rows:
        agents.record_access(session, [family_id], caller, Access.FILE_CHANGED, now)
        _note(session, Action.FILE_CHANGED, rows, caller, now)
    views = [show_change(row, {family_id}, caller.account_id) for row in [*rows, *asked]]
    return ChangeOutcome(
        applied=[view for view in views if view.state is ChangeState.APPLIED],
        awaiting=[view for view in views if view.state is ChangeState.AWAITING],
    )


def withdraw(session: Session, change_id: UUID, caller: Caller, now: datetime) -> ChangeView:
    """Takes an awaiting change back. Raises NotFound, ChangeClosed."""
    caller.citizen()
    row = _locked(session, change_id, caller)
    _end(row, Act.WITHDRAW, caller, now)
    _note(session, Action.FILE_CHANGE_WITHDRAWN, [row], caller, now)
    return show_change(row, {row.family_id}, caller.account_id)


def decide(session: Session, site: Site, ask: DecideChange, caller: Caller, now: datetime) -> None:
    """Accepts or refuses, and writes to the family.

    Raises NotFound, NotAllowed, ChangeClosed, Invalid (no reason given, or the value cannot be used any more),
    ChangedMeanwhile (the value that stands is not the one the agent saw).
    """
    reason = ask.reason.strip()
    row = _locked(session, ask.change_id, caller)
    _end(row, Act.ACCEPT if ask.accept else Act.REFUSE, caller, now)
    if ask.accept:
        target = Target.open(At(session, row.family_id, row.subject_id, now), SubjectKind(row.subject_kind))
        if target.value(row.field) != ask.seen:
            raise ChangedMeanwhile(fields={row.field: target.newer(row.field)})
        target.write(target.check({row.field: row.new}))
    elif not reason:
        raise Invalid(problems={"reason": "reason_missing"})
    else:
        row.reason = reason
    access = Access.CHANGE_ACCEPTED if ask.accept else Access.CHANGE_REFUSED
    agents.record_access(session, [row.family_id], caller, access, now)
    change_notices.decided(session, site, row, now)


def lock_family(session: Session, family_id: UUID, caller: Caller) -> None:
    """Nobody else changes this family until the commit. Raises NotFound, also to whoever is not of the family."""
    wanted = select(Family.family_id).where(Family.family_id == family_id)
    # Rows that refer to the family may still be written: what a child's two homes share refers to both.
    wanted = wanted.with_for_update(of=Family, key_share=True)
    if caller.kind is Kind.CITIZEN:
        account_id = caller.citizen()
        wanted = wanted.where(
            exists().where(Guardian.family_id == Family.family_id, Guardian.account_id == account_id)
        )
    else:
        caller.staff()
    if session.scalar(wanted) is None:
        raise NotFound


def _locked(session: Session, change_id: UUID, caller: Caller) -> ChangeRequest:
    """The change, under its family's lock. Raises NotFound, NotAllowed."""
    row = session.get(ChangeRequest, change_id)
    if row is None:
        raise NotFound
    if caller.kind is not Kind.CITIZEN:
        caller.staff(Role(row.reviewer))
    lock_family(session, row.family_id, caller)
    session.refresh(row)
    return row


def _rule(kind: SubjectKind, field: str, caller: Caller) -> FieldRule:
    """The field's rule; to change it directly an agent holds the role that looks at it."""
    rule = rule_of(kind, field)
    if rule is None:
        raise NotFound
    if caller.kind is not Kind.CITIZEN:
        caller.staff(rule.reviewer)
    return rule


def _request(target: Target, field: str, value: JsonValue, rule: FieldRule, caller: Caller) -> ChangeRequest:
    looked_at = rule.policy is Policy.AFTER_REVIEW and caller.kind is Kind.CITIZEN
    return ChangeRequest(
        family_id=target.at.family_id,
        subject_kind=target.kind.value,
        subject_id=target.at.subject_id,
        label="",
        shared=target.subject.shared,
        field=field,
        old=target.value(field),
        new=value,
        state=(ChangeState.AWAITING if looked_at else ChangeState.APPLIED).value,
        reviewer=rule.reviewer.value,
        asked_by=caller.account_id,
        asked_name=caller.name,
        by_town=caller.kind is not Kind.CITIZEN,
        asked_at=target.at.now,
        ended_name="",
        reason="",
    )


def _is_asked(awaiting: ChangeRequest | None, value: JsonValue) -> bool:
    return awaiting is not None and awaiting.new == value


def _end(row: ChangeRequest, act: Act, caller: Caller, now: datetime) -> None:
    row.state = after(ChangeState(row.state), act).value
    row.ended_by, row.ended_name, row.ended_at = caller.account_id, caller.name, now


def _note(session: Session, action: Action, rows: list[ChangeRequest], caller: Caller, now: datetime) -> None:
    """A line in the journal of the guardian's account; an agent's acts are recorded with the family."""
    if caller.kind is Kind.CITIZEN:
        journal.note(
            session,
            caller.citizen(),
            action,
            now,
            caller,
            subject_kind=rows[0].subject_kind,
            label=rows[0].label,
            fields=[row.field for row in rows],
        )
