"""One process that makes its share of a town's invoices as PDF, read part by part as for the run's ZIP; prints what it took.

python -m tests.load.invoice_papers DATABASE_URL PLACE PROCESSES
"""

import json
import sys
import time

from sqlalchemy import func, select

from billing.invoicing import run_papers
from billing.invoicing.models import Invoice
from chassis.database import engine_for, sessions_for
from contracts.billing.runs import ReadRunPapers
from gateway import papers
from gateway.money import bills
from tests.load.invoice_town import NOW
from tests.load.processes import peak_megabytes

PART = 20
"""Invoices read at once: as many as the gateway reads."""


def main(url: str, place: int, processes: int) -> None:
    """Nothing is kept: the memory printed is what one paper takes, however many are made."""
    begin = sessions_for(engine_for(url, 1)).begin
    with begin() as session:
        run_id, last = session.execute(
            select(Invoice.run_id, func.max(Invoice.sequence)).group_by(Invoice.run_id)
        ).one()
    made = 0
    started = time.perf_counter()
    for after in range(place * PART, last, processes * PART):
        with begin() as session:
            ask = ReadRunPapers(run_id=run_id, after=after, limit=PART)
            part = run_papers.read(session, ask, NOW.date())
        for invoice in part.invoices:
            papers.render("invoice", bills.invoice_paper(invoice))
            made += 1
    took = {
        "papers": made,
        "seconds": time.perf_counter() - started,
        "megabytes": peak_megabytes("self"),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
