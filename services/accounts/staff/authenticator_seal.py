"""The secrets of the agents' authenticators, sealed (`sealed_column`) and tied to their account."""

from uuid import UUID

from cryptography.fernet import InvalidToken

from chassis.sealed_column import Seal


class AuthenticatorSeal:
    """`secrets`: the setting ESPACE_SECOND_FACTOR_KEY, the newest first."""

    def __init__(self, secrets: str) -> None:
        self._seal = Seal(secrets, "second factor")

    def close(self, account_id: UUID, secret: str) -> bytes:
        """The sealed secret, of no use on another account's row."""
        return self._seal.close(f"{account_id} {secret}")

    def open(self, account_id: UUID, sealed: bytes) -> str:
        """The secret. Raises LookupError when no key opens it or it is another account's."""
        try:
            owner, _, secret = self._seal.open(sealed).partition(" ")
        except InvalidToken:
            raise LookupError(f"ESPACE_SECOND_FACTOR_KEY does not open the secret of {account_id}") from None
        if owner != str(account_id):
            raise LookupError(f"the secret of {account_id} was sealed for {owner}")
        return secret
