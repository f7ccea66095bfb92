"""Mandates and collections as pages get them."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.billing.debits import (
    CollectionPlan,
    CollectionState,
    CollectionSummary,
    CollectionView,
    ComingDebit,
    DebitDeskView,
    DebitFund,
    DebitLine,
    DebitOffer,
    MandateList,
    MandatePaper,
    MandateState,
    MandateView,
)
from contracts.billing.payments import PaymentState

FUND = {"fund": "ENF", "fund_name": "Régie Enfance et Restauration scolaire", "creditor_id": "FR72ZZZ123456"}
MANDATE = UUID(int=61)
COLLECTION = UUID(int=62)
DEBIT = UUID(int=63)
DAY = date(2026, 11, 23)


def a_mandate(**fields: object) -> MandateView:
    given: dict[str, object] = FUND | {
        "mandate_id": MANDATE,
        "reference": "ENF-M-2026-000012",
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
        "holder": "Nadia Ferrand",
        "iban_end": "2606",
        "bic": "PSSTFRPPLYO",
        "state": MandateState.ACTIVE,
        "signed_by": "Nadia Ferrand",
        "signed_at": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
        "mine": True,
    }
    return MandateView.model_validate(given | fields)


def an_offer(**fields: object) -> DebitOffer:
    given: dict[str, object] = FUND | {
        "notice_days": 14,
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
    }
    return DebitOffer.model_validate(given | fields)


def a_coming_debit(**fields: object) -> ComingDebit:
    given: dict[str, object] = {
        "payment_id": DEBIT,
        "mandate_id": MANDATE,
        "collect_on": DAY,
        "cents": 6240,
        "invoices": ["ENF-2026-000123"],
        "filed": False,
    }
    return ComingDebit.model_validate(given | fields)


def a_mandate_list(**fields: object) -> MandateList:
    given: dict[str, object] = {"offers": [], "mandates": [], "coming": [], "family_known": True}
    return MandateList.model_validate(given | fields)


def a_mandate_paper(**fields: object) -> MandatePaper:
    return MandatePaper(
        mandate=a_mandate(**fields),
        iban="FR14 2004 1010 0505 0001 3M02 606",
        address=["4 rue des Tanneurs", "26100 Romans-sur-Isère"],
    )


def a_collection_summary(**fields: object) -> CollectionSummary:
    given: dict[str, object] = {
        "collection_id": COLLECTION,
        "number": "ENF-P-2026-000003",
        "fund": "ENF",
        "fund_name": FUND["fund_name"],
        "collect_on": DAY,
        "state": CollectionState.ANNOUNCED,
        "announced_at": datetime(2026, 11, 4, 9, 0, tzinfo=UTC),
        "announced_by_name": "Régine Sabatier",
        "file_until": date(2026, 11, 20),
        "debits": 1,
        "cents": 6240,
        "paid": 0,
        "rejected": 0,
        "file_kept": False,
    }
    return CollectionSummary.model_validate(given | fields)


def a_debit_line(**fields: object) -> DebitLine:
    given: dict[str, object] = {
        "payment_id": DEBIT,
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
        "family_number": "F01234",
        "reference": "ENF-M-2026-000012",
        "iban_end": "2606",
        "sequence": "",
        "invoices": ["ENF-2026-000123"],
        "cents": 6240,
        "state": PaymentState.COLLECTING,
    }
    return DebitLine.model_validate(given | fields)


def a_collection(*lines: DebitLine, **fields: object) -> CollectionView:
    return CollectionView(summary=a_collection_summary(**fields), lines=list(lines) or [a_debit_line()])


def a_filed_collection(*lines: DebitLine, **fields: object) -> CollectionView:
    filed: dict[str, object] = {
        "state": CollectionState.FILED,
        "filed_at": datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
        "file_kept": True,
    }
    return a_collection(*lines, **(filed | fields))


def a_debit_desk(**fields: object) -> DebitDeskView:
    given: dict[str, object] = {
        "funds": [DebitFund(**FUND, mandates=312, earliest=date(2026, 11, 16), proposed=DAY)],
        "collections": [a_collection_summary()],
    }
    return DebitDeskView.model_validate(given | fields)


def a_plan(**fields: object) -> CollectionPlan:
    given: dict[str, object] = {
        "fund": "ENF",
        "fund_name": FUND["fund_name"],
        "collect_on": DAY,
        "debits": 298,
        "cents": 1451240,
        "mandates": 312,
    }
    return CollectionPlan.model_validate(given | fields)
