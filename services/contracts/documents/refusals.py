"""Why documents refuses."""

from contracts.errors import Conflict, DomainError, Invalid


class DepositsFull(Conflict):
    """A request has as many documents given without an account as it may. `documents`: how many."""

    code = "deposits_full"


class KeysChanged(Conflict):
    """The account's keys are others by now: somebody started the vault over meanwhile."""

    code = "vault_keys_changed"


class CodeReplaced(Conflict):
    """Another recovery code was made since the one that is said to be kept."""

    code = "recovery_code_replaced"


class TownKeyChanged(Conflict):
    """The town's key for requests is another. `public_key`: base64; seal again and repeat."""

    code = "town_key_changed"


class VaultFull(Conflict):
    """No room left. `documents`, `megabytes`: the limits."""

    code = "vault_full"


class AlreadyThere(Conflict):
    """The same content is in the vault already. `document_id`: as what."""

    code = "document_already_there"


class UploadLost(Conflict):
    """The object named is not in the store as described: the upload has to be made again."""

    code = "upload_lost"


class UnknownDocumentType(Invalid):
    """No such kind of document."""

    code = "unknown_document_type"


class UnknownSubject(Invalid):
    """Documents cannot be attached to such a thing. `subject_kind`."""

    code = "unknown_subject"


class ShareUnreadable(Conflict):
    """The town cannot open this share any more: the document has to be asked for again."""

    code = "share_unreadable"


class DocumentDamaged(DomainError):
    """The sealed document is not what was stored: cut, changed, swapped or gone. Raised by the gateway."""

    code = "document_damaged"


class VaultLocked(DomainError):
    """The vault is not open in this browser session. Raised by the gateway."""

    code = "vault_locked"


class LinkUsed(DomainError):
    """The address of a download serves once, within a minute. Raised by the gateway."""

    code = "download_link_used"
