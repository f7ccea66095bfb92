"""A month's run beside a bare `INSERT … SELECT` of the rows it leaves behind, for a town and for one ten times its size.

sql_ratio    seconds of the run (draft, check and publish, three transactions) / seconds of the bare copy: the same rows
             put into tables of the same shape and indexes, without triggers or foreign keys, one statement a table
statements   of the whole run, at 1 700 and at 17 000 families: sets, not a question per family
growth       seconds per family at 17 000 / at 1 700

The run is a process of its own, as the service is; each town is a database of its own, and runs and copies are made in
turns. Then every invoice of the town is made a PDF, by as many processes as there are cores.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from chassis.database import engine_for
from deploy.local.stack import Stack
from tests.load import invoice_town
from tests.load.processes import ROOT
from tests.providers.databases import Databases

CORES = len(os.sched_getaffinity(0))
SIZES = {1_700: 3, 17_000: 1}
"""Families → towns of that size."""
_LEFT = (
    "price",
    "run_family",
    "left_out_day",
    "invoice",
    "invoice_line",
    "charge",
    "ledger_transaction",
    "ledger_entry",
    "outbox",
)


@dataclass(frozen=True)
class Turn:
    """One town's month. Seconds and megabytes."""

    families: int
    lines: int
    run: dict[str, Any]
    bare: float
    rows: int

    @property
    def seconds(self) -> float:
        return float(self.run["draft"] + self.run["publish"])


def module(name: str, *words: str) -> dict[str, Any]:
    """What a process of this folder prints as JSON."""
    path = os.pathsep.join([str(ROOT / "services"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", name, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def copy_bare(engine: Engine) -> tuple[float, int]:
    """Every row the run left, copied in one transaction: (seconds, rows)."""
    columns = {}
    with engine.begin() as connection:
        for table in _LEFT:
            connection.execute(
                text(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY)")
            )
            columns[table] = connection.scalar(
                text(
                    "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
                    " WHERE table_schema = 'public' AND table_name = :table AND is_generated = 'NEVER'"
                ),
                {"table": table},
            )
    started = time.perf_counter()
    rows = 0
    with engine.begin() as connection:
        for table in _LEFT:
            copied = connection.execute(
                text(f"INSERT INTO bare_{table} ({columns[table]}) SELECT {columns[table]} FROM {table}")
            )
            rows += copied.rowcount
    return time.perf_counter() - started, rows


def take_turn(url: str, families: int) -> Turn:
    engine = engine_for(url, 1)
    lines = invoice_town.fill(engine, families)
    run = module("tests.load.invoice_run", url)
    with engine.begin() as connection:
        published = connection.scalar(text("SELECT count(*) FROM invoice"))
        carried = connection.scalar(text("SELECT count(*) FROM run_family WHERE outcome = 'carried'"))
    if published + carried != families:
        raise RuntimeError(f"{published} invoices and {carried} carried for {families} families")
    bare, rows = copy_bare(engine)
    engine.dispose()
    return Turn(families, lines, run, bare, rows)


def make_papers(url: str) -> tuple[int, float, float]:
    """All invoices as PDF, a process a core: (papers, seconds, the most megabytes that one process took)."""
    with ThreadPoolExecutor(CORES) as pool:
        parts = [
            pool.submit(module, "tests.load.invoice_papers", url, str(place), str(CORES))
            for place in range(CORES)
        ]
        made = [part.result() for part in parts]
    seconds = max(part["seconds"] for part in made)
    return sum(part["papers"] for part in made), seconds, max(part["megabytes"] for part in made)


def measure(databases: Databases) -> None:
    """Prints the table, the papers, and the line of ratios."""
    turns: list[Turn] = []
    for families, towns in SIZES.items():
        for turn in range(towns):
            with databases.fresh("billing") as url:
                turns.append(take_turn(url, families))
                if families == min(SIZES) and turn == towns - 1:
                    papers = make_papers(url)
    found = {families: _median([turn for turn in turns if turn.families == families]) for families in SIZES}
    print(f"{'families':>9}{'lines':>9}{'draft s':>9}{'publish s':>11}{'bare s':>8}{'families/s':>12}"
          f"{'bare':>9}{'rows':>9}{'statements':>12}{'process MB':>12}{'database MB':>13}")  # fmt: skip
    for families, turn in found.items():
        print(f"{families:9}{turn.lines:9}{turn.run['draft']:9.2f}{turn.run['publish']:11.2f}{turn.bare:8.2f}"
              f"{families / turn.seconds:12.0f}{families / turn.bare:9.0f}{turn.rows:9}{turn.run['statements']:12}"
              f"{turn.run['megabytes']:12.0f}{turn.run['backend_megabytes']:13.0f}")  # fmt: skip
    count, seconds, megabytes = papers
    print(
        f"{count} PDFs in {seconds:.1f} s: {count / seconds:.0f} a second,"
        f" {count / seconds / CORES:.0f} a core ({CORES} processes of at most {megabytes:.0f} MB)"
    )
    few, many = found[1_700], found[17_000]
    growth = (many.seconds / many.families) / (few.seconds / few.families)
    print(
        f"invoices sql_ratio={few.seconds / few.bare:.4f} statements_1700={few.run['statements']}"
        f" statements_17000={many.run['statements']} growth={growth:.4f}",
        flush=True,
    )


def _median(turns: list[Turn]) -> Turn:
    """The turn in the middle, by how many times longer than its own copy its run took."""
    return sorted(turns, key=lambda turn: turn.seconds / turn.bare)[len(turns) // 2]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="espace-bench-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), parts=("postgres",))
        try:
            stack.start()
            measure(Databases(stack.server))
        finally:
            stack.stop(at_once=True)


if __name__ == "__main__":
    main()
