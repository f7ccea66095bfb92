"""Accounts: activation keys."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.imports import PlaceView
from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Question, View


class KeyState(StrEnum):
    """What a guardian holds."""

    NONE = "none"
    POSTED = "posted"
    EXPIRED = "expired"
    REDEEMED = "redeemed"


class GuardianRow(View):
    """A guardian on the page of keys. `key`: of the last one issued and not revoked."""

    guardian_id: UUID
    family_id: UUID
    family_number: str
    name: str
    address: str
    children: list[str]
    key: KeyState
    issued_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class KeysPage(View):
    """Guardians to choose from, with the filters there are."""

    places: list[PlaceView]
    classes: list[str]
    guardians: list[GuardianRow]
    page: int
    pages: int
    total: int


class ListGuardians(Question[KeysPage]):
    """Role family_files. `state`: a KeyState, `without_account`, or empty for all."""

    place_code: str = ""
    class_name: str = ""
    state: str = "without_account"
    text: str = ""
    page: int = Field(default=1, ge=1)


class KeyLetter(View):
    """What one letter needs. `key` is in clear here and nowhere else."""

    guardian_id: UUID
    name: str
    street: str
    postcode: str
    city: str
    family_number: str
    children: list[str]
    key: str = Field(repr=False)
    expires_on: date


class IssueKeys(Command[list[KeyLetter]]):
    """A new key each; the former one is void. The same command prints the same letters. Role family_files."""

    guardian_ids: list[UUID] = Field(min_length=1, max_length=500)


class RevokeKey(Command[None]):
    """The guardian's posted key opens nothing any more. Role family_files."""

    guardian_id: UUID


class KeyUnknown(Invalid):
    """No such key, or it was revoked: the two are not told apart."""

    code = "key_unknown"


class KeyMistyped(Invalid):
    """Cannot be a key: its length or its check character is wrong. `why`: `length`, `sign`, `check`."""

    code = "key_mistyped"


class KeyExpired(Invalid):
    """It was right, once. `expired_on`."""

    code = "key_expired"


class KeyUsed(Invalid):
    """Another account has used it."""

    code = "key_used"


class KeyOfAnother(Conflict):
    """The account is already that of another adult. `name`: the adult the account belongs to."""

    code = "key_of_another"
