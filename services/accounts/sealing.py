"""Small secrets that must be read again, kept encrypted in the database and tied to their account."""

from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Sealer:
    """Seals under the first of the keys, opens under any: a new key is put first, the old one stays a while.

    `keys`: Fernet keys (32 bytes in URL-safe base64) separated by commas. Raises LookupError when one is not.
    """

    def __init__(self, keys: str) -> None:
        try:
            self._box = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError as fault:
            raise LookupError("ESPACE_SECOND_FACTOR_KEY: each key is 32 bytes in base64") from fault

    def seal(self, account_id: UUID, secret: str) -> str:
        """The sealed secret, of no use on another account's row."""
        return self._box.encrypt(account_id.bytes + secret.encode()).decode()

    def open(self, account_id: UUID, sealed: str) -> str:
        """The secret. Raises LookupError when no key opens it or it is another account's."""
        try:
            content = self._box.decrypt(sealed)
        except InvalidToken:
            raise LookupError(f"ESPACE_SECOND_FACTOR_KEY does not open the secret of {account_id}") from None
        if content[:16] != account_id.bytes:
            raise LookupError(f"the secret of {account_id} was sealed for another account")
        return content[16:].decode()
