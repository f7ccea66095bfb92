"""What the town grants, for pages."""

from datetime import date
from uuid import UUID

from contracts.billing.allowances import (
    AllowancePage,
    AllowanceView,
    ChildNamed,
    FamilyAllowances,
    FamilyNamed,
    GrantedAllowance,
)
from contracts.billing.tariffs import Named
from tests.mothers.billing import NOW

LEA = UUID(int=21)


def an_allowance(**fields: object) -> AllowanceView:
    """An aid of the CCAS for Léa's canteen, of which 120 € are left."""
    given: dict[str, object] = {
        "allowance_id": UUID(int=81),
        "kind": "aid",
        "state": "running",
        "name": "Aide du CCAS",
        "child_name": "Léa Ferrand",
        "activity_name": "Restauration scolaire",
        "percent": 0,
        "cents": 200,
        "cap_cents": 15000,
        "cap_days": None,
        "left_cents": 12000,
        "left_days": None,
        "since": date(2026, 9, 1),
        "until": date(2027, 8, 31),
        "decision": "Décision CCAS 2026-118",
    }
    return AllowanceView.model_validate(given | fields)


def a_granted(**fields: object) -> GrantedAllowance:
    given: dict[str, object] = {
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
        "family_number": "F01234",
        "granted_until": date(2027, 8, 31),
        "granted_at": NOW,
        "granted_by_name": "Régine Sabatier",
        "ended_at": None,
        "ended_by_name": "",
    }
    return GrantedAllowance.model_validate(an_allowance().model_dump() | given | fields)


def a_family_named() -> FamilyNamed:
    return FamilyNamed(family_id=UUID(int=5), number="F01234", label="Ferrand")


def family_allowances(*granted: GrantedAllowance, **fields: object) -> FamilyAllowances:
    given: dict[str, object] = {
        "family": a_family_named(),
        "children": [ChildNamed(child_id=LEA, name="Léa Ferrand")],
        "activities": [Named(code="cantine", name="Restauration scolaire")],
        "reductions": [Named(code="pai", name="Panier repas")],
        "allowances": list(granted),
        "earliest": date(2025, 11, 1),
    }
    return FamilyAllowances.model_validate(given | fields)


def an_allowance_page(*running: GrantedAllowance, found: bool = False) -> AllowancePage:
    return AllowancePage(
        found=[a_family_named()] if found else [], running=list(running), total=len(running), page=1
    )
