"""Consents: asked per child, answered per adult, kept for ever as proof; texts are published, never edited."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from accounts.identity import journal
from accounts.models import Child, FamilyChild, Guardian
from accounts.wording import day
from accounts.yearly.consent_models import ConsentAnswer, ConsentKind, ConsentText
from accounts.yearly.consent_rules import Answer, state_of
from contracts.accounts.consents import (
    AnswerConsents,
    ConsentChildView,
    ConsentLine,
    ConsentState,
    ConsentTextChanged,
    ConsentTextView,
    MyConsentsView,
    OwnConsentView,
)
from contracts.accounts.journal import Action
from contracts.caller import Caller
from contracts.errors import NotFound


def my_consents(session: Session, account_id: UUID) -> MyConsentsView:
    """What the account's adult is asked, for each child of their homes. Six statements."""
    adult_id, children = _children_of_account(session, account_id)
    texts = current_texts(session)
    if adult_id is None:
        return MyConsentsView(texts=[], children=[], answers=[])
    child_ids = [child.child_id for child in children]
    last, adults = last_answers(session, child_ids), adults_of(session, child_ids)
    answers = []
    for child_id in child_ids:
        for text in texts:
            given = last[child_id, text.code]
            own = next((each for each in given if each.adult_id == adult_id), None)
            answers.append(
                OwnConsentView(
                    child_id=child_id,
                    code=text.code,
                    agrees=own.agrees if own else None,
                    version=own.version if own else None,
                    answered_at=own.answered_at if own else None,
                    outdated=own is not None and own.version != text.version,
                    state=_state(text, adults[child_id], given),
                )
            )
    return MyConsentsView(
        texts=texts,
        children=[
            ConsentChildView(
                child_id=child.child_id,
                first_name=child.first_name,
                last_name=child.usage_name or child.last_name,
            )
            for child in children
        ],
        answers=answers,
    )


def answer(
    session: Session, ask: AnswerConsents, account_id: UUID, caller: Caller, now: datetime
) -> MyConsentsView:
    """Writes the answers that change something. Raises NotFound, ConsentTextChanged.

    The kinds are locked (shared) in the order of their codes against a publication, then the adult's own rows: two
    tabs of one person answer one after the other.
    """
    codes = sorted({each.code for each in ask.answers})
    kinds = {
        kind.code: kind
        for kind in session.scalars(
            select(ConsentKind)
            .where(ConsentKind.code.in_(codes), ConsentKind.closed_at.is_(None))
            .order_by(ConsentKind.code)
            .with_for_update(read=True)
        )
    }
    adult_id, children = _children_of_account(session, account_id, lock=True)
    names = {child.child_id: child.first_name for child in children}
    last = last_answers(session, names)
    for each in ask.answers:
        if adult_id is None or each.child_id not in names or each.code not in kinds:
            raise NotFound
        kind = kinds[each.code]
        if each.version != kind.version:
            raise ConsentTextChanged(label=kind.label)
        before = next((one for one in last[each.child_id, each.code] if one.adult_id == adult_id), None)
        if before and (before.agrees, before.version) == (each.agrees, each.version):
            continue
        session.add(
            ConsentAnswer(
                child_id=each.child_id,
                code=each.code,
                version=each.version,
                adult_id=adult_id,
                agrees=each.agrees,
                answered_at=now,
                answered_by=account_id,
                answered_name=caller.name,
            )
        )
        journal.note(
            session, account_id, Action.CONSENT_ANSWERED, now, caller,
            label=kind.label, child=names[each.child_id], agrees=each.agrees,
        )  # fmt: skip
    session.flush()
    return my_consents(session, account_id)


def current_texts(session: Session) -> list[ConsentTextView]:
    """What is asked now, in the order in which it was first asked."""
    rows = session.execute(
        select(ConsentKind, ConsentText)
        .join(
            ConsentText,
            (ConsentText.code == ConsentKind.code) & (ConsentText.version == ConsentKind.version),
        )
        .where(ConsentKind.closed_at.is_(None))
        .order_by(ConsentKind.opened_at, ConsentKind.code)
    )
    return [
        ConsentTextView(
            code=kind.code,
            label=kind.label,
            version=kind.version,
            text=text.text,
            effect=text.effect,
            needs_all_guardians=kind.needs_all_guardians,
            answer_required=kind.answer_required,
            published_at=text.published_at,
        )
        for kind, text in rows
    ]


def last_answers(session: Session, child_ids: Iterable[UUID]) -> dict[tuple[UUID, str], list[ConsentAnswer]]:
    """(child, kind) → the last answer of each adult."""
    rows = session.scalars(
        select(ConsentAnswer)
        .where(ConsentAnswer.child_id.in_(list(child_ids)))
        .ext(distinct_on(ConsentAnswer.child_id, ConsentAnswer.code, ConsentAnswer.adult_id))
        .order_by(
            ConsentAnswer.child_id, ConsentAnswer.code, ConsentAnswer.adult_id, ConsentAnswer.answer_id.desc()
        )
    )
    found: dict[tuple[UUID, str], list[ConsentAnswer]] = defaultdict(list)
    for row in rows:
        found[row.child_id, row.code].append(row)
    return found


def adults_of(session: Session, child_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """child → its guardians, of all its homes."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for child_id, adult_id in session.execute(
        select(FamilyChild.child_id, Guardian.adult_id)
        .join(Guardian, Guardian.family_id == FamilyChild.family_id)
        .where(FamilyChild.child_id.in_(list(child_ids)))
    ):
        found[child_id].add(adult_id)
    return found


def lines(session: Session, child_ids: Iterable[UUID]) -> list[ConsentLine]:
    """Each child's state under each text asked now, and who said what: for agents. Four statements."""
    wanted = list(child_ids)
    last, adults = last_answers(session, wanted), adults_of(session, wanted)
    return [
        ConsentLine(
            child_id=child_id,
            code=text.code,
            label=text.label,
            state=_state(text, adults[child_id], last[child_id, text.code]),
            said=[
                f"{each.answered_name} : {'oui' if each.agrees else 'non'}, le {day(each.answered_at)}"
                + ("" if each.version == text.version else " (texte précédent)")
                for each in last[child_id, text.code]
            ],
        )
        for text in current_texts(session)
        for child_id in wanted
    ]


def _state(text: ConsentTextView, adults: set[UUID], given: list[ConsentAnswer]) -> ConsentState:
    return state_of(
        text.needs_all_guardians,
        text.version,
        adults,
        [Answer(each.adult_id, each.agrees, each.version) for each in given],
    )


def _children_of_account(
    session: Session, account_id: UUID, *, lock: bool = False
) -> tuple[UUID | None, list[Child]]:
    """The adult behind an account and the children of all their homes; None before a key was redeemed."""
    rows = select(Guardian).where(Guardian.account_id == account_id).order_by(Guardian.guardian_id)
    guardians = session.scalars(rows.with_for_update(key_share=True) if lock else rows).all()
    if not guardians:
        return None, []
    children = session.scalars(
        select(Child)
        .where(
            Child.child_id.in_(
                select(FamilyChild.child_id).where(
                    FamilyChild.family_id.in_([guardian.family_id for guardian in guardians])
                )
            )
        )
        .order_by(Child.birth_date, Child.first_name)
    )
    return guardians[0].adult_id, list(children)
