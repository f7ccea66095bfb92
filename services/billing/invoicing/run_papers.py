"""The papers of a published run, a few at a time: whoever prints them all holds a few."""

from datetime import date

from sqlalchemy.orm import Session

from billing.invoicing import invoice_views, runs, summaries
from billing.invoicing.models import Invoice
from contracts.billing.refusals import RunNotChecked
from contracts.billing.runs import ReadRunPapers, RunPapers, RunState


def read(session: Session, ask: ReadRunPapers, today: date) -> RunPapers:
    """See `contracts.billing.runs`. As each family reads its own, in as many statements as for one of them."""
    run = runs.find(session, ask.run_id)
    if run.state is not RunState.PUBLISHED:
        raise RunNotChecked(state=run.state)
    found = session.execute(
        summaries.query()
        .add_columns(Invoice)
        .where(Invoice.run_id == ask.run_id, Invoice.sequence > ask.after)
        .order_by(Invoice.sequence)
        .limit(ask.limit + 1)
    ).all()
    shown = found[: ask.limit]
    return RunPapers(
        fund=run.fund,
        month=run.month,
        invoices=invoice_views.views(session, shown, today),
        after=shown[-1].Invoice.sequence if len(found) > ask.limit else None,
    )
