"""The files for the accountant: made once from what differs, kept to the byte, marked when they were sent.

Two agents at once make one file and one refusal: the funds are locked, then the invoices in the order of their ids, so
that a payment is either in what the file says or in the next one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounting import numbers
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund, Invoice
from billing.treasury import chart, differences, journal, pes, told_list
from billing.treasury.claims import Line, Told, lowered, split
from billing.treasury.claims_desk import MOST_PIECES, terms_of, view
from billing.treasury.differences import Difference
from billing.treasury.models import ClaimExport, ClaimFile, ClaimPiece
from billing.treasury.text import written
from billing.wording import month_name
from chassis.outbox import tell
from contracts.billing.refusals import NothingToTell, TreasuryTermsMissing
from contracts.billing.treasury import (
    ClaimExportView,
    ClaimForm,
    ClaimKind,
    MakeClaimExport,
    TreasuryTerms,
)
from contracts.errors import NotFound
from contracts.events.billing import ClaimsExported

PART_BYTES = 256 * 1024

_SERIES = {
    (ClaimKind.CLAIMS, ClaimForm.ROLE): ("role", ""),
    (ClaimKind.CLAIMS, ClaimForm.TITLES): ("titleslip", "title"),
    (ClaimKind.REDUCTIONS, ClaimForm.TITLES): ("redslip", "reduction"),
    (ClaimKind.REDUCTIONS, ClaimForm.ROLE): ("redlist", ""),
}
"""Series of the numbers of the file, and of its pieces; without one, pieces count from one in each file."""

Check = Callable[[bytes], None]


@dataclass(frozen=True)
class _Piece:
    """A piece before it has its number."""

    of: Difference
    lines: tuple[Line, ...]
    period: int
    origin: Told | None = None

    @property
    def cents(self) -> int:
        return sum(line.cents for line in self.lines)


def make(session: Session, ask: MakeClaimExport, by: str, now: datetime, check: Check) -> ClaimExportView:
    """A file of what is to be told now. `check` raises when it is not to the schema: then nothing was told.

    Raises NotFound, TreasuryTermsMissing, NothingToTell.
    """
    locked = session.scalars(select(Fund.code).order_by(Fund.code).with_for_update()).all()
    if ask.fund not in locked:
        raise NotFound(code=ask.fund)
    terms = terms_of(session, ask.fund)
    if terms is None:
        raise TreasuryTermsMissing
    today = paris_day(now)
    chosen = _locked(session, ask, terms, today.year)
    pieces = _claims(session, ask.fund, terms.form, chosen) if ask.kind is ClaimKind.CLAIMS else []
    if ask.kind is ClaimKind.REDUCTIONS:
        pieces = _reductions(session, terms.form, today.year, chosen)
    if not pieces:
        raise NothingToTell
    return _keep(session, ask, terms, pieces, by, now, check)


def _locked(session: Session, ask: MakeClaimExport, terms: TreasuryTerms, year: int) -> list[Difference]:
    """The differences of this kind, as they are once their invoices cannot change any more."""
    first = [each.invoice_id for each in _wanted(differences.of_fund(session, ask.fund, terms, year), ask)]
    chosen = first[:MOST_PIECES]
    session.execute(
        select(Invoice.invoice_id)
        .where(Invoice.invoice_id.in_(chosen))
        .order_by(Invoice.invoice_id)
        .with_for_update()
    )
    return _wanted(differences.of_fund(session, ask.fund, terms, year, chosen), ask) if chosen else []


def _wanted(found: Sequence[Difference], ask: MakeClaimExport) -> list[Difference]:
    raised = ask.kind is ClaimKind.CLAIMS
    return [each for each in found if each.left_out is None and (each.cents > 0) is raised]


def _claims(session: Session, fund: str, form: ClaimForm, chosen: Sequence[Difference]) -> list[_Piece]:
    invoices = [each.invoice_id for each in chosen]
    told = differences.told_of(session, invoices)
    numbers_of = journal.chart_of(session, fund)
    earned = differences.earned_by(
        session, invoices, lambda activity: chart.number_of(f"{chart.REVENUE}{activity}", numbers_of)
    )
    return [
        _Piece(
            each,
            tuple(split(each.cents, earned[each.invoice_id]))
            if form is ClaimForm.TITLES
            else (Line(1, chart.number_of("receivable", numbers_of), each.cents),),
            period=min(9, len(told.get(each.invoice_id, ())) + 1),
        )
        for each in chosen
    ]


def _reductions(session: Session, form: ClaimForm, year: int, chosen: Sequence[Difference]) -> list[_Piece]:
    """Pieces that lower what was told. A title of a closed year cannot be lowered by one: its part is left."""
    told = differences.told_of(session, [each.invoice_id for each in chosen])
    pieces: list[_Piece] = []
    for each in chosen:
        open_pieces = [
            piece for piece in told.get(each.invoice_id, ()) if piece.year == year or form is ClaimForm.ROLE
        ]
        left = sum(line.cents for piece in open_pieces for line in piece.lines)
        pieces.extend(
            _Piece(each, lines, period=1, origin=origin)
            for origin, lines in lowered(min(-each.cents, left), open_pieces)
        )
    return pieces


def _keep(
    session: Session,
    ask: MakeClaimExport,
    terms: TreasuryTerms,
    pieces: Sequence[_Piece],
    by: str,
    now: datetime,
    check: Check,
) -> ClaimExportView:
    today = paris_day(now)
    slips, own = _SERIES[ask.kind, terms.form]
    sequence = numbers.take(session, ask.fund, today.year, slips)
    first = 1
    if own:
        first = terms.first_piece - 1 + numbers.take(session, ask.fund, today.year, own, len(pieces))
    total = sum(abs(piece.cents) for piece in pieces)
    export = ClaimExport(
        export_id=uuid4(),
        fund=ask.fund,
        kind=ask.kind,
        form=terms.form,
        year=today.year,
        series=slips,
        sequence=sequence,
        number=terms.first_slip - 1 + sequence,
        pieces=len(pieces),
        total_cents=total,
        made_on=today,
        made_at=now,
        made_by_name=by,
        sent_by_name="",
    )
    numbered = list(enumerate(pieces, start=first))
    content = _content(session, export, terms, numbered, check)
    session.add(export)
    session.flush()
    session.add_all(
        ClaimPiece(
            export_id=export.export_id,
            number=number,
            invoice_id=piece.of.invoice_id,
            cents=piece.cents,
            lines=[{"number": one.number, "account": one.account, "cents": one.cents} for one in piece.lines],
            origin_id=piece.origin.piece_id if piece.origin else None,
        )
        for number, piece in numbered
    )
    session.add_all(
        ClaimFile(export_id=export.export_id, part=part, content=content[at : at + PART_BYTES])
        for part, at in enumerate(range(0, len(content), PART_BYTES))
    )
    session.flush()
    fact = ClaimsExported(
        export_id=export.export_id, fund=ask.fund, kind=ask.kind, number=export.number,
        pieces=export.pieces, total_cents=total,
    )  # fmt: skip
    tell(session, fact, subject=export.export_id, version=1, at=now)
    return view(export)


def _content(
    session: Session,
    export: ClaimExport,
    terms: TreasuryTerms,
    numbered: Sequence[tuple[int, _Piece]],
    check: Check,
) -> bytes:
    """Names the file and writes it."""
    if (export.kind, export.form) == (ClaimKind.REDUCTIONS, ClaimForm.ROLE):
        export.file_name = f"reductions_{export.fund}_{export.year}_{export.number:03d}.csv"
        export.media_type = "text/csv"
        return told_list.written(_written_piece(number, piece) for number, piece in numbered)
    sender = pes.Sender(
        post=terms.post,
        siret=terms.siret,
        collectivity=terms.collectivity,
        budget=terms.budget,
        budget_name=written(terms.budget_name, 38),
        product=terms.product,
        till=terms.till,
    )
    export.file_name = pes.file_name(sender, export.form, export.made_on, _place(session, export.made_on))
    export.media_type = "application/xml"
    slip = pes.Slip(
        kind=export.kind,
        form=export.form,
        year=export.year,
        number=export.number,
        on=export.made_on,
        pieces=export.pieces,
        cents=export.total_cents,
        subject=written(session.get_one(Fund, export.fund).name, 160),
    )
    pieces = (_written_piece(number, piece) for number, piece in numbered)
    content = b"".join(pes.written(sender, export.file_name, slip, pieces))
    check(content)
    return content


def _written_piece(number: int, piece: _Piece) -> pes.Piece:
    if piece.of.debtor is None:  # left out long before
        raise ValueError("a piece without its debtor")
    return pes.Piece(
        number=number,
        subject=written(f"Facture {piece.of.number}, {month_name(piece.of.month)}", 160),
        debt=piece.of.debt,
        period=piece.period,
        debtor=piece.of.debtor,
        lines=piece.lines,
        origin=pes.Origin(piece.origin.year, piece.origin.slip, piece.origin.number)
        if piece.origin
        else None,
    )


def _place(session: Session, day: date) -> int:
    """The file's place among those of the day; the funds' locks keep two of them apart."""
    made = (
        select(func.count())
        .select_from(ClaimExport)
        .where(ClaimExport.made_on == day, ClaimExport.media_type == "application/xml")
    )
    return (session.scalar(made) or 0) + 1
