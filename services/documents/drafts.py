"""What was joined to a draft of a request: taken back before it is filed, or gone with it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from documents.models import Share
from documents.request_models import FiledRequest
from documents.request_readers import SUBJECT


def take_back(session: Session, draft_id: UUID, document_ids: Sequence[UUID] | None, at: datetime) -> int:
    """Forgets what was joined to a draft: nobody of the town could open it. Says how many shares that were.

    `document_ids` None: all of it. What was joined again after `at` stays. A request that was filed keeps what it has.
    """
    filed = exists().where(FiledRequest.request_id == Share.subject_id)
    wanted = [Share.subject_kind == SUBJECT, Share.subject_id == draft_id, Share.shared_at <= at, ~filed]
    if document_ids is not None:
        wanted.append(Share.document_id.in_(document_ids))
    gone = session.execute(
        delete(Share).where(*wanted).returning(Share.share_id).execution_options(synchronize_session=False)
    )
    return len(gone.all())
