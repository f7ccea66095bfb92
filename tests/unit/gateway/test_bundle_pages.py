"""All the invoices of a run as one ZIP: whole, in order, and never more of it in memory than a few papers."""

import io
from uuid import UUID, uuid4
from weakref import finalize
from zipfile import ZipFile

import pytest

from contracts.billing.invoices import InvoiceKind
from contracts.billing.refusals import RunNotChecked
from contracts.billing.runs import OpenRun, ReadRunPapers, RunPapers, RunState
from contracts.caller import Role
from contracts.errors import ServiceUnavailable
from gateway import papers
from tests.mothers.billing import OCTOBER, a_run, a_run_summary, a_summary, an_invoice
from tests.unit.gateway.conftest import Site

RUN = UUID(int=61)
ADDRESS = f"/agents/facturation/{RUN}/factures.zip"


class Town:
    """A run of `number` papers, read twenty at a time; counts what of it is alive."""

    def __init__(self, number: int) -> None:
        self.number, self.alive, self.most = number, 0, 0

    def read(self, asked: ReadRunPapers) -> RunPapers:
        last = min(self.number, asked.after + asked.limit)
        found = [self._invoice(sequence) for sequence in range(asked.after + 1, last + 1)]
        return RunPapers(
            fund="ENF", month=OCTOBER, invoices=found, after=last if last < self.number else None
        )

    def _invoice(self, sequence: int) -> object:
        summary = a_summary(number=f"ENF-2026-{sequence:06d}", invoice_id=uuid4())
        invoice = an_invoice(summary=summary)
        self.alive += 1
        self.most = max(self.most, self.alive)
        finalize(invoice, self._gone)
        return invoice

    def _gone(self) -> None:
        self.alive -= 1


class Sheets:
    """Papers of 100 kB instead of typst's; counts those alive."""

    def __init__(self) -> None:
        self.alive, self.most, sheets = 0, 0, self

        class Sheet(bytes):
            def __del__(self) -> None:
                sheets.alive -= 1

        self._kind = Sheet

    def render(self, _template: str, data: dict[str, object]) -> bytes:
        self.alive += 1
        self.most = max(self.most, self.alive)
        return self._kind(str(data["number"]).encode().ljust(100_000, b"."))


def test_the_bundle_is_whole_and_little_of_it_is_held(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    town, sheets = Town(307), Sheets()
    site.services.answers[ReadRunPapers] = town.read
    monkeypatch.setattr(papers, "render", sheets.render)
    answer = site.agent(Role.BILLING).client.get(ADDRESS, buffered=False)
    assert answer.mimetype == "application/zip"
    assert "factures-ENF-2026-10.zip" in answer.headers["Content-Disposition"]
    site.services.asked.clear()
    whole, longest = io.BytesIO(), 0
    for part in answer.iter_encoded():
        whole.write(part)
        longest = max(longest, len(part))
    archive = ZipFile(whole)
    assert archive.testzip() is None
    assert archive.namelist() == [f"facture-ENF-2026-{number:06d}.pdf" for number in range(1, 308)]
    assert archive.read("facture-ENF-2026-000250.pdf").startswith(b"ENF-2026-000250")
    # However long the run: the invoices of two parts, one paper, and its piece of the ZIP.
    assert town.most <= 40
    assert sheets.most <= 2
    assert longest <= 100_000 + 40_000
    assert len(site.services.asked_for(ReadRunPapers)) == 15


def test_a_real_paper_and_a_credit_note(site: Site) -> None:
    credit = a_summary(number="ENF-2026-000002", kind=InvoiceKind.CREDIT_NOTE, total_cents=-500, left_cents=0)
    site.services.answers[ReadRunPapers] = RunPapers(
        fund="ENF", month=OCTOBER, invoices=[an_invoice(), an_invoice(summary=credit)], after=None
    )
    archive = ZipFile(io.BytesIO(site.agent(Role.BILLING).get(ADDRESS).data))
    assert archive.namelist() == ["facture-ENF-2026-000123.pdf", "avoir-ENF-2026-000002.pdf"]
    assert archive.read("avoir-ENF-2026-000002.pdf").startswith(b"%PDF")


def test_what_breaks_off_is_no_whole_bundle(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(30)
    monkeypatch.setattr(papers, "render", Sheets().render)

    def away(asked: ReadRunPapers) -> RunPapers | ServiceUnavailable:
        return ServiceUnavailable() if asked.after else town.read(asked)

    site.services.answers[ReadRunPapers] = away
    answer = site.agent(Role.BILLING).client.get(ADDRESS, buffered=False)
    with pytest.raises(ServiceUnavailable):
        list(answer.iter_encoded())


def test_a_draft_has_no_papers(site: Site) -> None:
    site.services.answers[ReadRunPapers] = RunNotChecked(state="draft")
    site.agent(Role.BILLING).get(ADDRESS, status=409)
    site.agent(Role.ATTENDANCE).get(ADDRESS, status=403)


@pytest.mark.parametrize("state", list(RunState))
def test_only_a_published_run_offers_its_papers(site: Site, state: RunState) -> None:
    summary = a_run_summary(state=state, published_at=a_run_summary().drafted_at)
    site.services.answers[OpenRun] = a_run(summary=summary)
    page = site.agent(Role.BILLING).read(f"/agents/facturation/{RUN}")
    assert bool(page.select('a[href$="/factures.zip"]')) == (state is RunState.PUBLISHED)
