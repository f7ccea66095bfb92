"""A bank's file of rejects: kept as it was read, judged against the books, recorded once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from billing.debits import judging
from billing.debits.models import BankFile, BankFileLine, Collection, Debit
from billing.debits.rejecting import BY_HAND, Returned, reject_all
from billing.invoicing.dates import paris_day
from billing.models import Family
from billing.paying.differences import note_difference
from billing.paying.models import Payment
from contracts.billing import bank_files as contract
from contracts.billing.bank_files import (
    BankFileList,
    BankFileSummary,
    BankFileView,
    BankReturn,
    ReadBankFile,
    Verdict,
)
from contracts.billing.payments import PaymentState
from contracts.caller import Caller
from contracts.errors import NotFound

NEWEST = 50
_NO_REFERENCE = "NOTPROVIDED"
"""What banks write where the other side gave none (EPC)."""
_NOTHING_TO_DECIDE = frozenset({Verdict.RECOGNISED, Verdict.ALREADY})
_KINDS = {Verdict.UNKNOWN: "return_unknown", Verdict.WHOLE: "return_whole"}


def read(session: Session, ask: ReadBankFile, caller: Caller, now: datetime) -> UUID:
    """Keeps the file; the same again, even at once, is the first."""
    file_id: UUID | None = session.scalar(
        upsert(BankFile)
        .values(
            file_id=uuid4(),
            kind=ask.kind,
            name=ask.name,
            message_id=ask.message_id,
            digest=ask.digest,
            read_at=now,
            read_by_name=caller.name,
            recorded_at=None if ask.returns else now,
            recorded_by_name="" if ask.returns else caller.name,
        )
        .on_conflict_do_nothing(index_elements=["digest"])
        .returning(BankFile.file_id)
    )
    if file_id is None:
        return session.scalars(select(BankFile.file_id).where(BankFile.digest == ask.digest)).one()
    if ask.returns:
        ours = _ours(session, ask.returns)
        rows = [_row(file_id, at, line, ours) for at, line in enumerate(ask.returns, 1)]
        session.execute(insert(BankFileLine), rows)
    return file_id


def view(session: Session, file_id: UUID, now: datetime) -> BankFileView:
    """The file with what each line means. Raises NotFound."""
    row = session.execute(_files().where(BankFile.file_id == file_id)).first()
    if row is None:
        raise NotFound(file_id=str(file_id))
    judged = _judged(session, file_id, now)
    counts = Counter(verdict for _, verdict in judged)
    return BankFileView(
        summary=_summary(row), counts=dict(counts), lines=[_line(each, verdict) for each, verdict in judged]
    )


def newest(session: Session) -> BankFileList:
    """The last files."""
    rows = session.execute(_files().order_by(BankFile.read_at.desc(), BankFile.file_id).limit(NEWEST))
    return BankFileList(files=[_summary(row) for row in rows])


def record(session: Session, file_id: UUID, caller: Caller, now: datetime) -> int:
    """Books back what was recognised, in one transaction; what is not becomes rows for an agent. How many were booked.

    Recorded before, nothing. Raises NotFound.
    """
    found = session.get(BankFile, file_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(file_id=str(file_id))
    if found.recorded_at is not None:
        return 0
    judged = _judged(session, file_id, now)
    returned = {
        each.BankFileLine.payment_id: Returned(each.BankFileLine.code, each.BankFileLine.returned_on)
        for each, verdict in judged
        if verdict is Verdict.RECOGNISED
    }
    done = reject_all(session, returned, caller.name, now)
    positions: dict[Verdict, list[int]] = {}
    for each, verdict in judged:
        line: BankFileLine = each.BankFileLine
        if verdict is Verdict.RECOGNISED and line.payment_id not in done:
            verdict = Verdict.ALREADY  # noqa: PLW2901 -- somebody was first while the locks were waited for
        positions.setdefault(verdict, []).append(line.position)
        if verdict not in _NOTHING_TO_DECIDE:
            _note(session, found, each, verdict, now)
    for verdict, at in positions.items():
        session.execute(
            update(BankFileLine)
            .where(BankFileLine.file_id == file_id, BankFileLine.position.in_(at))
            .values(verdict=verdict)
            .execution_options(synchronize_session=False)
        )
    found.recorded_at, found.recorded_by_name = now, caller.name
    session.flush()
    return len(done)


def _ours(session: Session, lines: Sequence[BankReturn]) -> set[UUID]:
    """Of the debits that the lines may name, those that are there."""
    named = {payment_id for line in lines for payment_id in judging.names(line)}
    return set(session.scalars(select(Debit.payment_id).where(Debit.payment_id.in_(named))))


def _row(file_id: UUID, position: int, line: BankReturn, ours: set[UUID]) -> dict[str, Any]:
    return {
        "file_id": file_id,
        "position": position,
        "payment_id": next((each for each in judging.names(line) if each in ours), None),
        "end_to_end": next(
            (each for each in (line.end_to_end, line.instruction) if each not in ("", _NO_REFERENCE)), ""
        ),
        "verdict": None,
        **line.model_dump(exclude={"end_to_end", "instruction"}),
    }


def _files() -> Select[*tuple[Any, ...]]:
    lines = select(func.count()).where(BankFileLine.file_id == BankFile.file_id)
    recognised = lines.where(BankFileLine.verdict == Verdict.RECOGNISED)
    return select(
        BankFile, lines.scalar_subquery().label("lines"), recognised.scalar_subquery().label("recognised")
    )


def _judged(session: Session, file_id: UUID, now: datetime) -> list[tuple[Any, Verdict]]:
    """The lines in their order, each with what it was recorded as, or would be today."""
    rows = session.execute(
        select(BankFileLine, Debit, Payment, Collection, Family.label)
        .outerjoin(Debit, Debit.payment_id == BankFileLine.payment_id)
        .outerjoin(Payment, Payment.payment_id == Debit.payment_id)
        .outerjoin(Collection, Collection.collection_id == Debit.collection_id)
        .outerjoin(Family, Family.family_id == Payment.family_id)
        .where(BankFileLine.file_id == file_id)
        .order_by(BankFileLine.position)
    ).all()
    today = paris_day(now)
    judged: list[tuple[Any, Verdict]] = []
    seen: set[UUID] = set()
    for row in rows:
        line: BankFileLine = row.BankFileLine
        verdict = line.verdict
        if verdict is None:
            verdict = judging.judge(_as_read(line), _known(row), today)
            if verdict is Verdict.RECOGNISED and line.payment_id in seen:
                verdict = Verdict.ALREADY  # twice in one file
        if line.payment_id is not None and verdict is Verdict.RECOGNISED:
            seen.add(line.payment_id)
        judged.append((row, verdict))
    return judged


def _as_read(line: BankFileLine) -> BankReturn:
    return BankReturn.model_validate(line, from_attributes=True)


def _known(row: Any) -> judging.Known | None:
    debit: Debit | None = row.Debit
    if debit is None:
        return None
    filed_at = row.Collection.filed_at
    return judging.Known(
        cents=row.Payment.amount_cents,
        filed_on=None if filed_at is None else paris_day(filed_at),
        alive=row.Payment.state in (PaymentState.COLLECTING, PaymentState.PAID),
        rejected=debit.rejected_on is not None,
    )


def _note(session: Session, file: BankFile, row: Any, verdict: Verdict, now: datetime) -> None:
    """A row for an agent: once for a debit of ours, whichever files name it; once a word of the bank for what is not.

    Others' references may come back: « 1 » of another town's software is another debit the next month.
    """
    line: BankFileLine = row.BankFileLine
    said = (line.code, line.whole or line.end_to_end, line.mandate, file.name)
    named = line.whole or line.end_to_end
    word = f"{named} {line.code} {line.returned_on}" if named else f"{file.file_id}:{line.position}"
    note_difference(
        session,
        now,
        _KINDS.get(verdict, BY_HAND),
        str(line.payment_id or word),
        payment_id=line.payment_id,
        expected_cents=None if row.Payment is None else row.Payment.amount_cents,
        seen_cents=line.cents,
        seen_currency=line.currency.lower(),
        detail=", ".join(each for each in said if each),
    )


def _line(row: Any, verdict: Verdict) -> contract.BankFileLine:
    line: BankFileLine = row.BankFileLine
    return contract.BankFileLine(
        position=line.position,
        end_to_end=line.end_to_end,
        mandate=line.mandate,
        whole=line.whole,
        code=line.code,
        cents=line.cents,
        currency=line.currency,
        returned_on=line.returned_on,
        verdict=verdict,
        payment_id=line.payment_id,
        collection_id=None if row.Collection is None else row.Collection.collection_id,
        collection_number="" if row.Collection is None else row.Collection.number,
        family_label=row.label or "",
        debit_cents=None if row.Payment is None else row.Payment.amount_cents,
    )


def _summary(row: Any) -> BankFileSummary:
    found: BankFile = row.BankFile
    return BankFileSummary(
        file_id=found.file_id,
        kind=found.kind,
        name=found.name,
        message_id=found.message_id,
        read_at=found.read_at,
        read_by_name=found.read_by_name,
        recorded_at=found.recorded_at,
        recorded_by_name=found.recorded_by_name,
        lines=row.lines,
        recognised=row.recognised,
    )
