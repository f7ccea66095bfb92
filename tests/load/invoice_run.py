"""One process that drafts, checks and publishes a month as the service does; prints what it took, as JSON.

python -m tests.load.invoice_run DATABASE_URL
"""

import json
import sys
import time
from uuid import uuid4

from sqlalchemy import event, text

from billing.invoicing import desk, runs
from chassis.database import engine_for, sessions_for
from chassis.serve import keep_loaded
from contracts.billing.runs import PublishRun
from tests.load.invoice_town import MONTH, NOW
from tests.load.processes import peak_megabytes


def main(url: str) -> None:
    """Three transactions, as three of an agent's orders. Memory: this process's peak, and its database backend's."""
    keep_loaded()
    engine = engine_for(url, 1)
    begin = sessions_for(engine).begin
    with begin() as session:
        desk.desk(
            session, NOW.date()
        )  # Whoever orders a run came by this page: the service knows its tables.
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    sent = 0

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_: object) -> None:
        nonlocal sent
        sent += 1

    started = time.perf_counter()
    with begin() as session:
        run_id = runs.draft(session, MONTH, None, NOW).run_id
    drafted = time.perf_counter()
    with begin() as session:
        runs.check(session, run_id, None, NOW)
    with begin() as session:
        runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, NOW)
    ended = time.perf_counter()
    took = {
        "draft": drafted - started,
        "publish": ended - drafted,
        "statements": sent,
        "megabytes": peak_megabytes("self"),
        "backend_megabytes": peak_megabytes(backend),
        "run_id": str(run_id),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(sys.argv[1])
