"""The two homes of a child, and from which of them somebody speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.models import FamilyChild, Guardian
from accounts.shared_custody.custody import mirrored
from contracts.accounts.custody import CustodyDraft, CustodyNeedsTwoHomes, Side
from contracts.errors import NotFound


@dataclass(frozen=True)
class Homes:
    """The families of the two sides."""

    first: UUID
    second: UUID

    def of(self, side: Side) -> UUID:
        """The family of a side."""
        return self.first if side is Side.FIRST else self.second

    def side(self, family_id: UUID) -> Side:
        """The side of a family."""
        return Side.FIRST if family_id == self.first else Side.SECOND

    def other(self, family_id: UUID) -> UUID:
        """The family of the other side."""
        return self.second if family_id == self.first else self.first

    def seen_from(self, draft: CustodyDraft, family_id: UUID) -> CustodyDraft:
        """The draft with the reader's own home as the first side; and back again, since twice is once."""
        if family_id == self.first or draft.terms is None:
            return draft
        return draft.model_copy(update={"terms": mirrored(draft.terms)})


def homes_of(session: Session, child_id: UUID) -> Homes:
    """The two homes of a child. Raises CustodyNeedsTwoHomes."""
    return pair(session.scalars(_families(child_id)).all())


def pair(family_ids: Sequence[UUID]) -> Homes:
    """The sides are in the order of the ids. Raises CustodyNeedsTwoHomes."""
    if len(family_ids) != 2:
        raise CustodyNeedsTwoHomes
    return Homes(*sorted(family_ids))


def speak_for(
    session: Session, account_id: UUID, child_id: UUID, family_id: UUID | None = None
) -> tuple[UUID, Homes]:
    """The home that a guardian speaks for (the one named, else the first of theirs), and the child's two homes.

    Raises NotFound to everybody else, and for a child of one home.
    """
    families = session.scalars(_families(child_id)).all()
    own = session.scalars(
        select(Guardian.family_id).where(Guardian.account_id == account_id, Guardian.family_id.in_(families))
    ).all()
    chosen = [each for each in sorted(own) if family_id in (None, each)]
    if len(families) != 2 or not chosen:
        raise NotFound
    return chosen[0], pair(families)


def _families(child_id: UUID) -> Select[UUID]:
    return select(FamilyChild.family_id).where(FamilyChild.child_id == child_id)
