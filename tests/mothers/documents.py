"""Files a parent might send, and keys that cost little to make."""

import struct
import zlib
from uuid import UUID, uuid4

from contracts.documents import AccountKeysView, KeyWrap, VaultView
from gateway.vault import keys

CHEAP = {"operations": 1, "memory": 8192}


def a_pdf(text: str = "Attestation", size: int = 0) -> bytes:
    """A PDF by its first bytes, of at least `size` bytes, with `text` to look for."""
    body = b"%PDF-1.7\n% " + text.encode() + b"\n"
    return body + b"0" * max(0, size - len(body) - 6) + b"\n%%EOF"


def a_png(width: int = 40, height: int = 30) -> bytes:
    """A PNG whose header says so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )


def a_jpeg(width: int = 40, height: int = 30, thumbnail: bytes = b"") -> bytes:
    """A JPEG's segments: EXIF (with a thumbnail inside, perhaps), then the frame."""
    exif = b"Exif\x00\x00" + thumbnail
    return (
        b"\xff\xd8\xff\xe1"
        + struct.pack(">H", len(exif) + 2)
        + exif
        + b"\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x02scan\xff\xd9"
    )


def a_heic(*sizes: tuple[int, int]) -> bytes:
    """A HEIC's brand and the sizes of its images."""
    boxes = b"".join(struct.pack(">I4sIII", 20, b"ispe", 0, w, h) for w, h in sizes or [(40, 30)])
    return struct.pack(">I", 24) + b"ftypheic\x00\x00\x00\x00mif1heic" + boxes


def a_wrap(pair: keys.KeyPair, secret: str = "un secret") -> KeyWrap:
    """A private key under a secret, by the cheapest derivation."""
    return keys.wrap(pair.private, secret, **CHEAP)


def an_id() -> UUID:
    """Any id."""
    return uuid4()


def a_closed_vault(password: str) -> VaultView:
    """An empty vault whose keys are under a password, cheaply."""
    pair = keys.new_pair()
    return VaultView(
        keys=AccountKeysView(public_key=pair.public, password_wrap=a_wrap(pair, password)),
        types=[],
        documents=[],
        used_bytes=0,
        limit_documents=100,
        limit_bytes=100 * 1024 * 1024,
        requests_public_key=keys.new_pair().public,
    )
