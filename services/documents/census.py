"""How much lies in the vaults, for the town's graphs."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.models import Document, Share


def count_documents(session: Session) -> dict[str, tuple[int, int]]:
    """type → (documents, bytes), of what has not been deleted."""
    statement = (
        select(Document.document_type, func.count(), func.coalesce(func.sum(Document.size), 0))
        .where(Document.deleted_at.is_(None))
        .group_by(Document.document_type)
    )
    return {code: (count, int(size)) for code, count, size in session.execute(statement)}


def count_shares(session: Session) -> int:
    """Shares that agents may open now."""
    return session.scalar(select(func.count()).select_from(Share).where(Share.closed_at.is_(None))) or 0
