"""An authenticator made of code: it answers as a telephone would, or lies as it is told.

phone = SoftAuthenticator()
credential = phone.create(options)                    # JSON, as the site's script sends it
assertion = phone.get(options, origin="https://…")    # anything may be forged
"""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "https://espace.exemple.fr"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


class SoftAuthenticator:
    """One credential on P-256. `counts`: whether its signature counter moves."""

    def __init__(self, *, counts: bool = True, synced: bool = False) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.user_handle = b""
        self.count = 1 if counts else 0
        self.counts = counts
        self.backup = ELIGIBLE | BACKED_UP if synced else 0

    def create(self, options: str, *, origin: str = ORIGIN, verified: bool = True) -> str:
        """The answer to `navigator.credentials.create`, attestation « none »."""
        asked = json.loads(options)
        self.user_handle = read(asked["user"]["id"])
        public = self.key.public_key().public_numbers()
        cose = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        )
        data = self._data(asked["rp"]["id"], verified, ATTESTED)
        data += bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cose
        return self._say(
            {
                "clientDataJSON": write(_client_data("webauthn.create", asked["challenge"], origin)),
                "attestationObject": write(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
                "transports": ["internal"],
            }
        )

    def get(
        self,
        options: str,
        *,
        origin: str = ORIGIN,
        verified: bool = True,
        challenge: str | None = None,
        user_handle: bytes | None = None,
    ) -> str:
        """The answer to `navigator.credentials.get`."""
        asked = json.loads(options)
        if self.counts:
            self.count += 1
        data = self._data(asked["rpId"], verified)
        client = _client_data("webauthn.get", challenge or asked["challenge"], origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._say(
            {
                "clientDataJSON": write(client),
                "authenticatorData": write(data),
                "signature": write(signature),
                "userHandle": write(self.user_handle if user_handle is None else user_handle),
            }
        )

    def _data(self, rp_id: str, verified: bool, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if verified else 0) | self.backup | more
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _say(self, response: dict[str, Any]) -> str:
        named = write(self.credential_id)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response})


def write(content: bytes) -> str:
    """base64url, as WebAuthn writes bytes."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def read(text: str) -> bytes:
    """And back."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _client_data(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
