"""The texts of consents, as the administration publishes them: a new version is added, none is ever changed."""

import re
from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.names import plain
from accounts.yearly.consent_models import ConsentAnswer, ConsentKind, ConsentText
from contracts.accounts.consents import (
    ConsentKindExists,
    ConsentKindView,
    OpenConsentKind,
    PublishConsentText,
    PublishedTextView,
)
from contracts.caller import Caller
from contracts.errors import Conflict, NotFound


def list_kinds(session: Session) -> list[ConsentKindView]:
    """Every kind, those asked no more last, with its texts, newest first."""
    counts = {
        (code, version): number
        for code, version, number in session.execute(
            select(ConsentAnswer.code, ConsentAnswer.version, func.count()).group_by(
                ConsentAnswer.code, ConsentAnswer.version
            )
        )
    }
    texts: dict[str, list[PublishedTextView]] = defaultdict(list)
    for text in session.scalars(select(ConsentText).order_by(ConsentText.version.desc())):
        texts[text.code].append(
            PublishedTextView(
                version=text.version,
                text=text.text,
                effect=text.effect,
                published_at=text.published_at,
                published_by=text.published_name,
                answers=counts.get((text.code, text.version), 0),
            )
        )
    kinds = session.scalars(
        select(ConsentKind).order_by(
            ConsentKind.closed_at.is_not(None), ConsentKind.opened_at, ConsentKind.code
        )
    )
    return [
        ConsentKindView(
            code=kind.code,
            label=kind.label,
            needs_all_guardians=kind.needs_all_guardians,
            answer_required=kind.answer_required,
            closed_at=kind.closed_at,
            texts=texts[kind.code],
        )
        for kind in kinds
    ]


def open_kind(session: Session, ask: OpenConsentKind, caller: Caller, now: datetime) -> str:
    """A new kind with its first text; gives its code. Raises ConsentKindExists."""
    code = code_for(ask.label)
    if not code or session.get(ConsentKind, code) is not None:
        raise ConsentKindExists(label=ask.label)
    kind = ConsentKind(
        code=code,
        label=ask.label,
        needs_all_guardians=ask.needs_all_guardians,
        answer_required=ask.answer_required,
        version=0,
        opened_at=now,
    )
    session.add(kind)
    session.flush()
    _publish(session, kind, ask.text, ask.effect, caller, now)
    return code


def publish(session: Session, ask: PublishConsentText, caller: Caller, now: datetime) -> int:
    """The next version; gives its number. Raises NotFound, Conflict when the agent saw an older one."""
    kind = _open(session, ask.code)
    if kind.version != ask.version:
        raise Conflict
    _publish(session, kind, ask.text, ask.effect, caller, now)
    return kind.version


def close(session: Session, code: str, now: datetime) -> None:
    """Asked no more. Raises NotFound."""
    _open(session, code).closed_at = now


def code_for(label: str) -> str:
    """« Droit à l’image » → `droit-a-l-image`; empty when no letter or digit is Latin."""
    return re.sub(r"[^a-z0-9]+", "-", plain(label)).strip("-")[:40].strip("-")


def _open(session: Session, code: str) -> ConsentKind:
    kind = session.get(ConsentKind, code, with_for_update=True)
    if kind is None or kind.closed_at is not None:
        raise NotFound
    return kind


def _publish(
    session: Session, kind: ConsentKind, text: str, effect: str, caller: Caller, now: datetime
) -> None:
    kind.version += 1
    session.add(
        ConsentText(
            code=kind.code,
            version=kind.version,
            text=text,
            effect=effect,
            published_at=now,
            published_by=caller.account_id,
            published_name=caller.name,
        )
    )
