"""One process that makes its share of a town's invoices as PDF, each read as its page reads it; prints what it took.

python -m tests.load.invoice_papers DATABASE_URL PLACE PROCESSES
"""

import json
import sys
import time
from uuid import uuid4

from sqlalchemy import select

from billing.invoicing import statements
from billing.invoicing.models import Invoice
from chassis.database import engine_for, sessions_for
from contracts.caller import Caller, Kind, Role
from gateway import bills, papers
from tests.load.invoice_town import NOW
from tests.load.processes import peak_megabytes


def main(url: str, place: int, processes: int) -> None:
    """Nothing is kept: the memory printed is what one paper takes, however many are made."""
    begin = sessions_for(engine_for(url, 1)).begin
    clerk = Caller(kind=Kind.AGENT, account_id=uuid4(), roles=frozenset({Role.BILLING}))
    with begin() as session:
        mine = session.scalars(select(Invoice.invoice_id).where(Invoice.sequence % processes == place)).all()
    started = time.perf_counter()
    for invoice_id in mine:
        with begin() as session:
            invoice = statements.invoice(session, clerk, invoice_id, NOW.date())
        papers.render("invoice", bills.invoice_paper(invoice))
    took = {
        "papers": len(mine),
        "seconds": time.perf_counter() - started,
        "megabytes": peak_megabytes("self"),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
