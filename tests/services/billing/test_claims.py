"""The files for the Treasury, on a real database: each claim told once, lowered by what came since, kept to the byte."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing.treasury import claims_desk, exports, pes_schema
from contracts.billing.payments import StartPayment
from contracts.billing.refusals import NothingToTell, TreasuryTermsMissing
from contracts.billing.tariffs import FixedRule
from contracts.billing.treasury import (
    ClaimExportView,
    ClaimForm,
    ClaimKind,
    ClaimLeftOut,
    ClaimsView,
    MakeClaimExport,
    MarkClaimExport,
    ReadClaimFile,
    SetTreasuryTerms,
    TreasuryTerms,
)
from contracts.errors import DomainError
from tests.mothers.billing import NOW, a_parent
from tests.mothers.treasury import a_terms
from tests.services.billing.conftest import Town
from tests.services.billing.test_counter import take
from tests.services.billing.test_refunds import books_are_sound
from tests.services.billing.test_runs import at_once


@pytest.fixture
def invoice(town: Town) -> UUID:
    return town.invoice(4800, a_parent().citizen())


def set_terms(town: Town, **fields: object) -> TreasuryTerms:
    terms = a_terms(**fields)
    with town.sessions.begin() as session:
        ask = SetTreasuryTerms(command_id=uuid4(), fund="ENF", terms=terms)
        claims_desk.set_terms(session, ask, "R. Sabatier", town.clock.now())
    return terms


def make(
    town: Town, kind: ClaimKind = ClaimKind.CLAIMS, check: Callable[[bytes], None] = pes_schema.check
) -> ClaimExportView:
    with town.sessions.begin() as session:
        ask = MakeClaimExport(command_id=uuid4(), fund="ENF", kind=kind)
        return exports.make(session, ask, "R. Sabatier", town.clock.now(), check)


def opening(town: Town) -> ClaimsView:
    with town.sessions.begin() as session:
        return claims_desk.opening(session, "", town.clock.now())


def content(town: Town, export: ClaimExportView) -> str:
    with town.sessions.begin() as session:
        part = claims_desk.read(session, ReadClaimFile(export_id=export.export_id))
    assert part.parts == 1
    return part.content.decode("utf-8-sig" if part.media_type == "text/csv" else "iso-8859-1")


def told_cents(town: Town) -> int:
    return town.count("SELECT sum(cents) FROM claim_piece")


def test_an_invoice_is_told_once_with_what_is_left_of_it(town: Town, invoice: UUID) -> None:
    take(town, invoice, cents=1000)
    set_terms(town)
    assert (opening(town).claims.count, opening(town).claims.cents) == (1, 3800)
    made = make(town)
    assert (made.file_name, made.number, made.cents) == ("PESORMC_21260281300015_261102_001.xml", 1, 3800)
    file = content(town, made)
    for sign in (
        '<NumDette V="2026000001"/>',
        '<MtBordHt V="38.00"/>',
        '<Nom V="FERRAND"/>',
        '<Civilite V="MME"/>',
        '<Adr2 V="4 RUE DES TANNEURS"/>',
        '<Ville V="ROMANS SUR ISERE"/>',
    ):
        assert sign in file
    with pytest.raises(NothingToTell):
        make(town)
    assert (opening(town).claims.count, town.told("claims.exported"), content(town, made)) == (0, 1, file)
    assert books_are_sound(town)


def test_without_the_accountants_codes_there_is_no_file(town: Town, invoice: UUID) -> None:
    with pytest.raises(TreasuryTermsMissing):
        make(town)


def test_a_payment_after_the_file_is_told_as_a_reduction_of_the_same_title(town: Town, invoice: UUID) -> None:
    set_terms(town, form=ClaimForm.TITLES, first_slip=40, first_piece=1200)
    made = make(town)
    assert (made.number, '<IdPce V="1200"/>' in content(town, made)) == (40, True)
    assert '<Nature V="7067"/>' in content(town, made)
    take(town, invoice, cents=1800)
    view = opening(town)
    assert (view.claims.count, view.reductions.cents) == (0, 1800)
    lowered = make(town, ClaimKind.REDUCTIONS)
    file = content(town, lowered)
    for sign in ('<TypBord V="02"/>', '<IdPceOrig V="1200"/>', '<MtHT V="18.00"/>', '<IdLigneOrig V="1"/>'):
        assert sign in file
    assert told_cents(town) == 3000
    take(town, invoice, cents=3000)
    make(town, ClaimKind.REDUCTIONS)
    assert told_cents(town) == 0
    with pytest.raises(NothingToTell):
        make(town, ClaimKind.REDUCTIONS)
    assert books_are_sound(town)


def test_a_title_of_a_closed_year_is_left_to_the_accountant(town: Town, invoice: UUID) -> None:
    set_terms(town, form=ClaimForm.TITLES)
    make(town)
    take(town, invoice, cents=1800)
    town.clock.moment = datetime(2027, 1, 12, 9, tzinfo=UTC)
    view = opening(town)
    assert (view.reductions.count, [(each.reason, each.found.cents) for each in view.left_out]) == (
        0,
        [(ClaimLeftOut.CLOSED, 1800)],
    )
    with pytest.raises(NothingToTell):
        make(town, ClaimKind.REDUCTIONS)


def test_what_lowers_an_article_of_a_role_is_a_list_for_the_accountant(town: Town, invoice: UUID) -> None:
    set_terms(town)
    make(town)
    take(town, invoice, cents=1800)
    made = make(town, ClaimKind.REDUCTIONS)
    header, line, _ = content(town, made).split("\r\n")
    assert header.startswith("Exercice du rôle;Rôle;Article;Numéro de dette")
    assert line.startswith("2026;1;1;2026000001;")
    assert line.endswith(";18,00")
    assert told_cents(town) == 3000


def test_small_sums_and_incomplete_files_wait_and_say_why(town: Town) -> None:
    town.offer(FixedRule(cents=2000))
    families = [town.family(uuid4(), label=label) for label in ("Albert", "Brun", "Caron")]
    for family in families:
        town.meals(town.child(), family, 1)
    run = town.run()
    take(town, town.only_invoice(run, families[0]), cents=700)
    with town.sessions.begin() as session:
        session.execute(text("UPDATE guardian SET title = '' WHERE family_id = :of"), {"of": families[1]})
        session.execute(text("UPDATE family SET postcode = '' WHERE family_id = :of"), {"of": families[2]})
    set_terms(town)
    assert {each.reason: each.found.cents for each in opening(town).left_out} == {
        ClaimLeftOut.BELOW_LEAST: 1300,
        ClaimLeftOut.NO_CIVIL_STATUS: 2000,
        ClaimLeftOut.NO_ADDRESS: 2000,
    }
    with pytest.raises(NothingToTell):
        make(town)


def test_what_is_being_paid_online_waits_for_the_outcome(town: Town) -> None:
    parent = a_parent()
    invoice = town.invoice(4800, parent.citizen())
    set_terms(town)
    town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent)
    assert [each.reason for each in opening(town).left_out] == [ClaimLeftOut.UNDERWAY]


def test_two_agents_at_once_make_one_file(town: Town, invoice: UUID) -> None:
    set_terms(town)

    def attempt() -> object:
        try:
            return make(town)
        except DomainError as refusal:
            return type(refusal)

    results = at_once(attempt, attempt, attempt)
    assert sorted(isinstance(each, ClaimExportView) for each in results) == [False, False, True]
    assert told_cents(town) == 4800


def test_a_large_run_takes_several_files_and_every_invoice_is_in_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.offer(FixedRule(cents=3000))
    for place in range(5):
        town.meals(town.child(), town.family(uuid4(), label=f"Famille {'ABCDE'[place]}"), 1)
    town.run()
    set_terms(town, form=ClaimForm.TITLES)
    monkeypatch.setattr(exports, "MOST_PIECES", 2)
    assert [make(town).pieces for _ in range(3)] == [2, 2, 1]
    assert town.count("SELECT count(DISTINCT (invoice_id, number)) FROM claim_piece") == 5
    assert [town.count(f"SELECT {what}(number) FROM claim_piece") for what in ("min", "max")] == [1, 5]


def test_a_file_that_is_not_to_the_schema_is_not_kept_and_nothing_is_told(town: Town, invoice: UUID) -> None:
    set_terms(town)

    def refuse(_: bytes) -> None:
        raise pes_schema.NotToTheSchema("because")

    with pytest.raises(pes_schema.NotToTheSchema):
        make(town, check=refuse)
    assert (told_cents(town), make(town).number) == (0, 1)


def test_a_file_is_marked_once_and_its_bytes_cannot_be_changed(town: Town, invoice: UUID) -> None:
    set_terms(town)
    made = make(town)
    for name in ("R. Sabatier", "A. Autre"):
        with town.sessions.begin() as session:
            ask = MarkClaimExport(command_id=uuid4(), export_id=made.export_id)
            marked = claims_desk.mark(session, ask, name, NOW)
    assert (marked.sent_at, marked.sent_by_name) == (NOW, "R. Sabatier")
    with pytest.raises(DBAPIError), town.sessions.begin() as session:
        session.execute(text("UPDATE claim_file SET content = ''"))
