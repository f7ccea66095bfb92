"""« Valider mes données familles »: the review of a home, its signature once a school year, who has not signed.

What is signed is kept whole, sealed: the page can show for ever what was certified, and what has changed since.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import journal
from accounts.models import Family, Guardian
from accounts.names import spell
from accounts.shared_custody.custody_models import SchoolYear
from accounts.yearly.certification_file import load_files
from accounts.yearly.certification_models import Certification
from accounts.yearly.certification_rules import Year, blocking, review, year_by_law, year_label
from chassis.outbox import tell
from chassis.sealed_column import Seal
from contracts.accounts.certification import (
    AlreadyCertified,
    CertificationBlocked,
    CertificationOutdated,
    CertificationView,
    CertifyFamily,
    PointView,
    SignatureView,
)
from contracts.accounts.journal import Action
from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.events.accounts import FamilyCertified

STATEMENT = (
    "Je certifie que les informations ci-dessus sont exactes et complètes pour l’année scolaire {year}, "
    "et je m’engage à signaler tout changement à la ville."
)
_REFERENCE = 12


def year_on(session: Session, today: date) -> Year:
    """The school year that is certified on this day, with its days as enrolment told them."""
    label = year_label(today)
    known = session.get(SchoolYear, label)
    return Year(label, known.first, known.last) if known else year_by_law(label)


def page(
    session: Session, seal: Seal | None, family_id: UUID, account_id: UUID | None, today: date
) -> CertificationView:
    """The home as one of its guardians sees it (`account_id`), or an agent. Raises NotFound.

    Without `seal` nothing of health is there, and nothing is said of what has changed since the signature.
    """
    found = load_files(session, [family_id], today, account_id=account_id, seal=seal)
    if family_id not in found:
        raise NotFound
    family, year = found[family_id].family, year_on(session, today)
    points = review(found[family_id], today, year)
    signed = session.get(Certification, (family_id, year.label))
    signer = next((member for member in family.guardians if member.is_me), None)
    return CertificationView(
        family=family,
        school_year=year.label,
        points=points,
        signature=_signature(signed, seal, points) if signed else None,
        signer=spell(signer.first_name, signer.last_name) if signer else "",
        statement=STATEMENT.format(year=year.label),
        reference=digest_of(year.label, points)[:_REFERENCE],
    )


def certify(
    session: Session,
    seal: Seal,
    ask: CertifyFamily,
    account_id: UUID,
    caller: Caller,
    now: datetime,
    today: date,
) -> CertificationView:
    """Signs what the page showed. Raises NotFound, AlreadyCertified, CertificationOutdated, CertificationBlocked.

    The family's row is locked: of two guardians signing at once, the second is told that the first has.
    """
    guardian = guardian_of(session, ask.family_id, account_id)
    session.get_one(Family, ask.family_id, with_for_update=True)
    view = page(session, seal, ask.family_id, account_id, today)
    if view.signature is not None:
        raise AlreadyCertified(by=view.signature.signed_by)
    if (ask.school_year, ask.reference) != (view.school_year, view.reference):
        raise CertificationOutdated
    blocked = blocking(view.points)
    if blocked:
        raise CertificationBlocked(points=len(blocked))
    session.add(
        Certification(
            family_id=ask.family_id,
            school_year=view.school_year,
            signed_at=now,
            signed_by=account_id,
            guardian_id=guardian.guardian_id,
            signer_name=view.signer,
            statement=view.statement,
            snapshot=seal.close(json.dumps([point.model_dump(mode="json") for point in view.points])),
            digest=digest_of(view.school_year, view.points),
        )
    )
    journal.note(session, account_id, Action.FAMILY_CERTIFIED, now, caller, school_year=view.school_year)
    fact = FamilyCertified(
        family_id=ask.family_id, school_year=view.school_year, signed_at=now, account_id=account_id
    )
    tell(session, fact, subject=ask.family_id, at=now)
    session.flush()
    return page(session, seal, ask.family_id, account_id, today)


def guardian_of(session: Session, family_id: UUID, account_id: UUID) -> Guardian:
    """The account's row in the family. Raises NotFound."""
    found = session.scalar(
        select(Guardian).where(Guardian.family_id == family_id, Guardian.account_id == account_id)
    )
    if found is None:
        raise NotFound
    return found


def digest_of(school_year: str, points: Iterable[PointView]) -> str:
    """SHA-256 of the values alone: a date that passes changes a state and not what was said."""
    said = [[school_year], *sorted(_said(point) for point in points)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def changed(before: Iterable[PointView], now: Iterable[PointView]) -> list[PointView]:
    """Points said otherwise now, or new, each with what it was; then those that are gone."""
    old, new = {_key(each): each for each in before}, {_key(each): each for each in now}
    found = [each for key, each in new.items() if key not in old or _said(old[key]) != _said(each)]
    gone = [each.model_copy(update={"value": ""}) for key, each in old.items() if key not in new]
    return [
        each.model_copy(update={"was": old[_key(each)].value if _key(each) in old else ""})
        for each in (*found, *gone)
    ]


def _signature(signed: Certification, seal: Seal | None, points: list[PointView]) -> SignatureView:
    since: list[PointView] = []
    if seal is not None:
        was = [PointView.model_validate(each) for each in json.loads(seal.open(signed.snapshot))]
        since = changed(was, points)
    return SignatureView(
        school_year=signed.school_year,
        signed_at=signed.signed_at,
        signed_by=signed.signer_name,
        statement=signed.statement,
        reference=signed.digest[:_REFERENCE],
        changed_since=since,
    )


def _key(point: PointView) -> tuple[str, str, str]:
    return point.code, str(point.subject_id), point.label


def _said(point: PointView) -> list[str]:
    return [*_key(point), point.subject, point.value]
