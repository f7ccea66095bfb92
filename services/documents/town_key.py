"""The town's key for requests: opens what parents attached, and nothing else of any vault."""

import base64
import binascii
from dataclasses import dataclass, field

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from contracts.documents.refusals import ShareUnreadable


@dataclass(frozen=True)
class TownKey:
    """An X25519 pair; `private` never leaves this process."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "TownKey":
        """From ESPACE_REQUESTS_KEY: 32 bytes in base64. Raises LookupError when it is not that."""
        try:
            private = PrivateKey(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError, CryptoError, TypeError):
            raise LookupError("ESPACE_REQUESTS_KEY is not 32 bytes in base64") from None
        return cls(bytes(private.public_key), bytes(private))

    def encoded(self) -> str:
        """The public half in base64, as errors and settings carry it."""
        return base64.b64encode(self.public).decode()

    def reseal(self, sealed_key: bytes, one_off_key: bytes) -> bytes:
        """What was sealed to the town, sealed to a key made for one opening: nothing in clear on the wire.

        Raises ShareUnreadable when it was sealed to another key than this one.
        """
        try:
            opened = SealedBox(PrivateKey(self.private)).decrypt(sealed_key)
        except CryptoError:
            raise ShareUnreadable from None
        return bytes(SealedBox(PublicKey(one_off_key)).encrypt(opened))
