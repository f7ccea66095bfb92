"""What the accountant is given, for pages."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.billing.treasury import (
    Chart,
    ClaimExportView,
    ClaimsView,
    JournalEntry,
    JournalView,
    TreasuryTerms,
)


def an_entry(**fields: object) -> JournalEntry:
    given: dict[str, object] = {
        "on": date(2026, 11, 2),
        "number": 7,
        "account": "4111",
        "account_name": "Redevables",
        "debit_cents": 4800,
        "credit_cents": 0,
        "text": "Facture octobre\u00a02026",
        "piece": "ENF-2026-000001",
        "family_number": "F01234",
    }
    return JournalEntry.model_validate(given | fields)


def a_journal(**fields: object) -> JournalView:
    given: dict[str, object] = {
        "funds": {"ENF": "Régie Enfance et Restauration scolaire"},
        "fund": "ENF",
        "since": date(2026, 11, 1),
        "until": date(2026, 11, 30),
        "over": True,
        "entries": 4,
        "accounts": [
            {"number": "4111", "name": "Redevables", "debit_cents": 4800, "credit_cents": 3000},
            {
                "number": "5115",
                "name": "Cartes bancaires à l’encaissement",
                "debit_cents": 3000,
                "credit_cents": 0,
            },
            {"number": "7067", "name": "Restauration scolaire", "debit_cents": 0, "credit_cents": 4800},
        ],
    }
    return JournalView.model_validate(given | fields)


def a_chart() -> Chart:
    return Chart.model_validate(
        {
            "fund": "ENF",
            "fund_name": "Régie Enfance et Restauration scolaire",
            "lines": [
                {"account": "receivable", "name": "Redevables", "number": "4111"},
                {"account": "revenue:cantine", "name": "Restauration scolaire", "number": "7067"},
            ],
        }
    )


def a_terms(**fields: object) -> TreasuryTerms:
    given: dict[str, object] = {
        "form": "role",
        "post": "026001",
        "siret": "21260281300015",
        "collectivity": "001",
        "budget": "00",
        "budget_name": "Ville de Romans-sur-Isère",
        "product": "PERI",
    }
    return TreasuryTerms.model_validate(given | fields)


def a_claim_file(**fields: object) -> ClaimExportView:
    given: dict[str, object] = {
        "export_id": UUID(int=91),
        "kind": "claims",
        "form": "role",
        "year": 2026,
        "number": 3,
        "file_name": "PESORMC_21260281300015_261102_001.xml",
        "pieces": 12,
        "cents": 74_880,
        "made_at": datetime(2026, 11, 2, 9, tzinfo=UTC),
        "made_by_name": "Régine Sabatier",
        "sent_at": None,
        "sent_by_name": "",
    }
    return ClaimExportView.model_validate(given | fields)


def some_claims(count: int = 1, cents: int = 6240) -> dict[str, object]:
    row = {
        "invoice_id": UUID(int=11),
        "invoice_number": "ENF-2026-000123",
        "month": date(2026, 10, 1),
        "family_label": "Ferrand",
        "cents": cents,
    }
    return {"count": count, "cents": count * cents, "rows": [row] if count else []}


def a_claims_view(**fields: object) -> ClaimsView:
    given: dict[str, object] = {
        "funds": {"ENF": "Régie Enfance et Restauration scolaire"},
        "fund": "ENF",
        "terms": a_terms(),
        "most": 200,
        "claims": some_claims(3),
        "reductions": some_claims(1, 1800),
        "left_out": [
            {"reason": "below_least", "found": some_claims(2, 900)},
            {"reason": "no_civil_status", "found": some_claims()},
        ],
        "exports": [
            a_claim_file(),
            a_claim_file(
                export_id=UUID(int=92),
                kind="reductions",
                file_name="reductions_ENF_2026_001.csv",
                sent_at=datetime(2026, 11, 3, 9, tzinfo=UTC),
                sent_by_name="Régine Sabatier",
            ),
        ],
    }
    return ClaimsView.model_validate(given | fields)
