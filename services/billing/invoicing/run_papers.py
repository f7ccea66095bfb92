"""The papers of a published run, a few at a time: whoever prints them all holds a few."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoicing import runs, statements
from billing.invoicing.models import Invoice
from contracts.billing.refusals import RunNotChecked
from contracts.billing.runs import ReadRunPapers, RunPapers, RunState
from contracts.caller import Caller


def read(session: Session, ask: ReadRunPapers, caller: Caller, today: date) -> RunPapers:
    """See `contracts.billing.runs`. As each family reads its own: the same reading, one after the other."""
    run = runs.find(session, ask.run_id)
    if run.state is not RunState.PUBLISHED:
        raise RunNotChecked(state=run.state)
    found = session.execute(
        select(Invoice.invoice_id, Invoice.sequence)
        .where(Invoice.run_id == ask.run_id, Invoice.sequence > ask.after)
        .order_by(Invoice.sequence)
        .limit(ask.limit + 1)
    ).all()
    shown = found[: ask.limit]
    return RunPapers(
        month=run.month,
        invoices=[statements.invoice(session, caller, row.invoice_id, today) for row in shown],
        after=shown[-1].sequence if len(found) > ask.limit else None,
    )
