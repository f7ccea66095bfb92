"""The sealed vault, gateway side: keys, sealing, uploads and downloads.

`documents`, its database and the bucket hold ciphertext only; what opens it passes through this package, and
only for the length of a request:

    keys      the key pair of an account: made, wrapped by password and by recovery code, opened
    sealing   bytes ⇄ sealed chunks, and a file key from one public key to another
    downloads   a document fetched, opened and sent
    archive   all of them in one ZIP
    intake    what may come in: size, kind of file, scan
    examination   what is inside a file, looked for by a process of its own
    pages     several photographs made into one PDF
    previews  what a document looks like, sealed beside it
    search    a document by its name, where the session opens names
    twice     a file that is in the vault already
    names     what a document may be called

The sign-in page calls `at_sign_in`, a page that changes the password `at_password_change`; nothing else does.
"""

from uuid import UUID

__all__ = ["at_password_change", "at_sign_in"]


def at_sign_in(account_id: UUID, password: str) -> bytes | None:
    """The account's private key, opened while the password is in hand; made at the first sign-in.

    The caller keeps it in the browser session and nowhere else. None when it cannot be opened: the password
    was reset without the recovery code (the vault's page then asks for the code), or `documents` does not
    answer: a sign-in never fails because of the vault. Takes some 100 ms of Argon2id in the calling thread.
    """
    from gateway.vault.access import open_at_sign_in

    return open_at_sign_in(account_id, password)


def at_password_change(private_key: bytes | None, password: str) -> bool:
    """Puts the open vault of whoever is signed in under a new password; call it once accounts has taken that.

    False when it could not be done: the vault stays open in this session, and opens with the recovery code or the
    old password at the next. `private_key`: `browser_session.vault_private_key()`.
    """
    from gateway.vault.access import wrap_for

    return private_key is not None and wrap_for(private_key, password)
