"""What the town sends: letters and files for a vault, or for who has a tracking code."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.documents.sealed import MAX_DOCUMENT_BYTES, PublicKey, Sealed, SealedKey
from contracts.messages import Command, Message, Question, View


class LetterKeyView(View):
    """None: whoever filed the request has no account, or no vault yet."""

    public_key: PublicKey | None


class LetterKey(Question[LetterKeyView]):
    """What a letter for whoever filed a request is sealed to. Agents of the department in charge; else NotFound."""

    request_id: UUID


class PutLetter(Command[UUID]):
    """Lays down a file of the town's, a sealed object, for whoever filed the request. Gives the document's id.

    It is nowhere until enrolment tells of the message that it goes with (`request.town_wrote`, `.information_asked`):
    then it lies in the vault or, without an account, with the request, sealed to `public_key`, which its tracking code
    opens (ReadLetter). What no message is told of is forgotten.

    Agents of the department in charge; NotFound for others. Raises UploadLost, KeysChanged.
    """

    request_id: UUID
    document_id: UUID
    size: int = Field(gt=0, le=MAX_DOCUMENT_BYTES)
    object_size: int = Field(gt=0)
    public_key: PublicKey
    sealed_key: SealedKey
    sealed_description: Annotated[Sealed, Field(max_length=4096)]


class DecisionPlaceView(View):
    """Where a decision letter is to go: `public_key` is None without an account or a vault. `is_put`: it lies there."""

    public_key: PublicKey | None
    is_put: bool


class DecisionPlace(Question[DecisionPlaceView]):
    """What the decision letter of a request is sealed to. The gateway's process of letters alone; NotFound."""

    request_id: UUID


class PutDecision(PutLetter):
    """Enters the decision letter, once for each request: another put later changes nothing, and gives the first's id.

    The gateway's process of letters alone. Raises NotFound (no account, no vault), UploadLost, KeysChanged.
    """


class LetterView(View):
    """What the town sent with a request without an account: who has the tracking code opens it."""

    document_id: UUID
    size: int
    sealed_key: SealedKey
    sealed_description: Sealed


class ReadLetter(Question[LetterView]):
    """One of them. Anybody: it is ciphertext, and the gateway asks for the tracking code first. NotFound."""

    request_id: UUID
    document_id: UUID


class LettersByCode(Question[list[LetterView]]):
    """What the town sent with a request while it had no account, and lies in no vault still.

    Citizens, of requests that they have claimed; NotFound for all others.
    """

    request_id: UUID


class ClaimedLetter(Message):
    """One of them, its file's key sealed to the vault."""

    document_id: UUID
    sealed_key: SealedKey


class ClaimLetters(Command[list[UUID]]):
    """Takes such files into the caller's vault, whose key opens them from then on, and the tracking code no more.

    Gives the ids of those that were still to be taken. As LettersByCode; raises KeysChanged.
    """

    request_id: UUID
    public_key: PublicKey
    letters: Annotated[tuple[ClaimedLetter, ...], Field(min_length=1, max_length=100)]
