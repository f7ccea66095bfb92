"""Who asks: carried by every call, judged by the service that answers."""

from enum import StrEnum
from uuid import UUID

from contracts.errors import NotAllowed, NotSignedIn
from contracts.messages import Message


class Kind(StrEnum):
    """What stands behind a call."""

    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    AGENT = "agent"
    SYSTEM = "system"  # a timer, a webhook, the installation; never a browser
    LETTERS = "letters"  # the gateway's own process that puts decision letters into vaults; never a browser


class Role(StrEnum):
    """What an agent's post lets them do. An agent may hold several."""

    REQUESTS = "requests"
    ATTENDANCE = "attendance"
    BILLING = "billing"
    FAMILY_FILES = "family_files"
    HEALTH = "health"
    KITCHEN = "kitchen"
    ADMINISTRATION = "administration"


class Caller(Message):
    """Who asks, from where, and in which browser request."""

    kind: Kind = Kind.ANONYMOUS
    account_id: UUID | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    address: str = ""
    correlation_id: str = ""

    def citizen(self) -> UUID:
        """The citizen's account id. Raises NotSignedIn."""
        if self.kind is not Kind.CITIZEN or self.account_id is None:
            raise NotSignedIn
        return self.account_id

    def agent(self, *roles: Role) -> UUID:
        """The agent's account id, holding one of `roles`. Raises NotSignedIn or NotAllowed."""
        if self.kind is not Kind.AGENT or self.account_id is None:
            raise NotSignedIn
        if roles and not self.roles.intersection(roles):
            raise NotAllowed(needs=sorted(roles))
        return self.account_id

    def staff(self, *roles: Role) -> UUID | None:
        """Like `agent`, but the installation itself (`SYSTEM`) passes too, with no account."""
        return None if self.kind is Kind.SYSTEM else self.agent(*roles)

    def carries_letters(self) -> None:
        """Only the process that puts decision letters into vaults passes. Raises NotAllowed."""
        if self.kind is not Kind.LETTERS:
            raise NotAllowed(needs=[Kind.LETTERS])


SYSTEM = Caller(kind=Kind.SYSTEM, name="système")
LETTERS = Caller(kind=Kind.LETTERS, name="dépôt des courriers")
