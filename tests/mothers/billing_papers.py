"""Ready-made views of the papers of an account."""

from datetime import date
from uuid import UUID

from contracts.billing.papers import (
    CertificateView,
    CertifiedAmount,
    CertifiedChild,
    FamilyPapers,
    Movement,
    PapersView,
    StatementView,
    YearOfPapers,
)

FAMILY = UUID(int=5)
_HOLDER = {
    "family_id": FAMILY,
    "family_label": "Ferrand",
    "family_number": "F01234",
    "fund_name": "Régie Enfance et Restauration scolaire",
    "addressee": ["Mme Nadia Ferrand", "4 rue des Tanneurs", "26100 Romans-sur-Isère"],
}


def a_movement(**fields: object) -> Movement:
    given: dict[str, object] = {
        "on": date(2026, 11, 2),
        "kind": "invoice",
        "invoice_id": UUID(int=11),
        "invoice_number": "ENF-2026-000123",
        "month": date(2026, 10, 1),
        "is_credit_note": False,
        "cents": 6240,
        "balance_cents": 6240,
    }
    return Movement.model_validate(given | fields)


def a_statement(*movements: Movement, **fields: object) -> StatementView:
    paid = a_movement(
        on=date(2026, 11, 10),
        kind="payment",
        paid_by="Nadia Ferrand",
        receipt_number="ENF-Q-2026-000045",
        cents=-6240,
        balance_cents=0,
    )
    given: dict[str, object] = {
        "year": 2026,
        "until": date(2026, 11, 25),
        "opening_cents": 0,
        "movements": list(movements or (a_movement(), paid)),
        "closing_cents": 0,
        "years": [2026, 2025],
    }
    return StatementView.model_validate(_HOLDER | given | fields)


def a_certificate(**fields: object) -> CertificateView:
    child = CertifiedChild(
        child_id=UUID(int=21),
        name="Léa Ferrand",
        birth_date=date(2022, 5, 4),
        activities=["Activités du mercredi"],
        amounts=[
            CertifiedAmount(paid_by="Nadia Ferrand", cents=28_800),
            CertifiedAmount(paid_by="", cents=-1_200),
        ],
        cents=27_600,
    )
    given: dict[str, object] = {
        "year": 2026,
        "until": date(2026, 12, 31),
        "final": True,
        "children": [child],
        "cents": 27_600,
    }
    return CertificateView.model_validate(_HOLDER | given | fields)


def some_papers(*years: YearOfPapers) -> PapersView:
    found = list(years or (YearOfPapers(year=2026, care_cents=27_600), YearOfPapers(year=2025, care_cents=0)))
    family = FamilyPapers(family_id=FAMILY, family_label="Ferrand", years=found)
    return PapersView(families=[family], this_year=2026)
