"""Who may open the documents of a request: the agents of the department in charge, and no others.

Before it is filed nobody of the town can open what is attached under its id: it is a draft. What somebody else attached
under that id is not among its documents.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.errors import NotFound
from documents.models import Share
from documents.request_models import DepartmentAgent, FiledRequest

SUBJECT = "request"


def check_reader(session: Session, request_id: UUID, caller: Caller) -> FiledRequest:
    """The request, for an agent of its department. Raises NotFound for all others, NotAllowed without the role."""
    agent_id = caller.agent(Role.REQUESTS)
    found = session.scalar(
        select(FiledRequest)
        .join(DepartmentAgent, DepartmentAgent.department_code == FiledRequest.department_code)
        .where(FiledRequest.request_id == request_id, DepartmentAgent.agent_id == agent_id)
    )
    if found is None:
        raise NotFound
    return found


def check_share(session: Session, share: Share, caller: Caller) -> None:
    """Raises NotFound when the share is none that the agent may open with its request."""
    if share.subject_kind == SUBJECT and not is_of(share, check_reader(session, share.subject_id, caller)):
        raise NotFound


def is_of(share: Share, filed: FiledRequest) -> bool:
    """A document is the request's when whoever filed it attached it, nobody with an account did, or it serves again:
    somebody of the household had given it before."""
    return share.account_id in (None, filed.account_id) or share.carried_from is not None
