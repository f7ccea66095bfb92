"""What the office reads of a fund's claims and decides: who tells the Treasury, and that a file was sent."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund
from billing.treasury import differences
from billing.treasury.differences import Difference
from billing.treasury.models import ClaimExport, ClaimFile, FundTreasury
from contracts.billing.treasury import (
    ClaimExportView,
    ClaimFilePart,
    ClaimLeftOut,
    ClaimList,
    ClaimRow,
    ClaimsView,
    LeftOutClaims,
    MarkClaimExport,
    ReadClaimFile,
    SetTreasuryTerms,
    TreasuryTerms,
)
from contracts.errors import NotFound

MOST_PIECES = 200
"""In a file: what can be held to the schema while an agent waits."""

SHOWN = 100


def opening(session: Session, fund: str, now: datetime) -> ClaimsView:
    """What is to be told, what not and why, and the files made. Raises NotFound."""
    funds = {row.code: row.name for row in session.scalars(select(Fund).order_by(Fund.code))}
    fund = fund or next(iter(funds))
    if fund not in funds:
        raise NotFound(code=fund)
    terms = terms_of(session, fund)
    found = differences.of_fund(session, fund, terms, paris_day(now).year)
    ready = [each for each in found if each.left_out is None]
    files = session.scalars(
        select(ClaimExport).where(ClaimExport.fund == fund).order_by(ClaimExport.made_at.desc()).limit(SHOWN)
    )
    return ClaimsView(
        funds=funds,
        fund=fund,
        terms=terms,
        most=MOST_PIECES,
        claims=_list(each for each in ready if each.cents > 0),
        reductions=_list(each for each in ready if each.cents < 0),
        left_out=[
            LeftOutClaims(reason=reason, found=_list(each for each in found if each.left_out is reason))
            for reason in ClaimLeftOut
            if any(each.left_out is reason for each in found)
        ],
        exports=[view(row) for row in files],
    )


def terms_of(session: Session, fund: str) -> TreasuryTerms | None:
    """Who tells the Treasury of a fund's claims; None until somebody said so."""
    row = session.get(FundTreasury, fund)
    return TreasuryTerms.model_validate(row.terms) if row else None


def set_terms(session: Session, ask: SetTreasuryTerms, by: str, now: datetime) -> ClaimsView:
    """From the next file on; the files made stay as they are. Raises NotFound."""
    if session.get(Fund, ask.fund, with_for_update=True) is None:
        raise NotFound(code=ask.fund)
    row = session.get(FundTreasury, ask.fund) or FundTreasury(fund=ask.fund)
    row.terms, row.changed_by_name = ask.terms.model_dump(mode="json"), by
    session.add(row)
    session.flush()
    return opening(session, ask.fund, now)


def mark(session: Session, ask: MarkClaimExport, by: str, now: datetime) -> ClaimExportView:
    """The first to say so counts. Raises NotFound."""
    row = session.get(ClaimExport, ask.export_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.sent_at is None:
        row.sent_at, row.sent_by_name = now, by
        session.flush()
    return view(row)


def read(session: Session, ask: ReadClaimFile) -> ClaimFilePart:
    """Some of the bytes. Raises NotFound."""
    row, part = session.get(ClaimExport, ask.export_id), session.get(ClaimFile, (ask.export_id, ask.part))
    if row is None or part is None:
        raise NotFound
    parts = session.scalar(
        select(func.count()).select_from(ClaimFile).where(ClaimFile.export_id == ask.export_id)
    )
    return ClaimFilePart(
        file_name=row.file_name, media_type=row.media_type, content=part.content, parts=parts or 0
    )


def _list(found: Iterable[Difference]) -> ClaimList:
    rows = list(found)
    return ClaimList(
        count=len(rows),
        cents=sum(abs(each.cents) for each in rows),
        rows=[
            ClaimRow(
                invoice_id=each.invoice_id,
                invoice_number=each.number,
                month=each.month,
                family_label=each.family_label,
                cents=abs(each.cents),
            )
            for each in rows[:SHOWN]
        ],
    )


def view(row: ClaimExport) -> ClaimExportView:
    return ClaimExportView(
        export_id=row.export_id,
        kind=row.kind,
        form=row.form,
        year=row.year,
        number=row.number,
        file_name=row.file_name,
        pieces=row.pieces,
        cents=row.total_cents,
        made_at=row.made_at,
        made_by_name=row.made_by_name,
        sent_at=row.sent_at,
        sent_by_name=row.sent_by_name,
    )
