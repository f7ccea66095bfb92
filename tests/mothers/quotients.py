"""Ready-made views of the quotient familial."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.accounts.families import QuotientView
from contracts.accounts.given import GivenDocumentRow, GivenDocumentsPage
from contracts.accounts.quotients import FetchState, FetchView, GivenDocumentView, QuotientPage
from contracts.documents.types import DocumentTypeView

FAMILY = UUID(int=20)
AT = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
TYPES = [DocumentTypeView(code="quotient_familial", name="Attestation de quotient familial")]


def a_quotient(euros: int = 812) -> QuotientView:
    return QuotientView(month=date(2026, 10, 1), euros=euros, source="CAF, par API Particulier")


def a_fetch(state: FetchState) -> FetchView:
    found = QuotientView(month=date(2026, 10, 1), euros=812, source="CAF")
    return FetchView(
        state=state,
        asked_at=AT,
        asked_by="Léa Martin",
        quotient=found if state is FetchState.FOUND else None,
    )


def a_page(**changes: object) -> QuotientPage:
    page = QuotientPage(
        family_id=FAMILY,
        label="Martin",
        first_name="Léa",
        last_name="Martin",
        title="Mme",
        quotients=[a_quotient()],
        can_fetch=True,
        documents=[
            GivenDocumentView(share_id=UUID(int=50), document_type="quotient_familial", given_at=AT),
            GivenDocumentView(share_id=UUID(int=51), document_type="autre", given_at=AT, read_at=AT),
        ],
    )
    return page.model_copy(update=changes)


def given_documents() -> GivenDocumentsPage:
    row = GivenDocumentRow(
        share_id=UUID(int=50),
        family_id=FAMILY,
        family_number="F001042",
        family_label="Martin",
        document_type="quotient_familial",
        given_at=AT,
    )
    return GivenDocumentsPage(documents=[row], page=1, pages=1, total=1)
