"""Files a parent might send, and keys that cost little to make."""

import io
import itertools
import struct
import zlib
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pillow_heif
from PIL import Image

from contracts.documents.keys import AccountKeysView, KeyWrap
from contracts.documents.vault import VaultView
from gateway.vault import keys

CHEAP = {"operations": 1, "memory": 8192}

_COPIES = itertools.count(1)


def a_pdf(text: str = "Attestation", size: int = 0, pages: int = 1) -> bytes:
    """A sound PDF of blank pages, of at least `size` bytes, with `text` in clear to look for.

    No two are alike: the vault notices a file that it has.
    """
    pdf = pikepdf.new()
    pdf.Root.Copy = next(_COPIES)
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.Root.Said = pdf.make_stream(text.encode() + b"0" * size)
    return saved(pdf)


def a_pdf_with_a_script() -> bytes:
    """A PDF that runs a program when it is opened."""
    pdf = pikepdf.open(io.BytesIO(a_pdf()))
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    return saved(pdf)


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    """A PDF as a file, its streams as they are unless it is locked."""
    out = io.BytesIO()
    as_it_is = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
    pdf.save(out, **(options if "encryption" in options else {**as_it_is, **options}))
    return out.getvalue()


def a_photograph(width: int = 400, height: int = 300, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture that opens: grey above, white below, a red corner above on the left."""
    picture = Image.new("RGB", (width, height), "grey")
    picture.paste("white", (0, height // 2, width, height))
    picture.paste("red", (0, 0, width // 4, height // 4))
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def a_heic() -> bytes:
    """A telephone's HEIC."""
    pillow_heif.register_heif_opener()
    return a_photograph(kind="HEIF")


def a_png(width: int = 40, height: int = 30) -> bytes:
    """A PNG."""
    return a_photograph(width, height, "PNG")


def a_jpeg(width: int = 40, height: int = 30) -> bytes:
    """A JPEG."""
    return a_photograph(width, height)


def a_png_header(width: int, height: int) -> bytes:
    """A PNG whose header says so many pixels, and that has none."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )


def a_jpeg_header(width: int, height: int, thumbnail: bytes = b"") -> bytes:
    """A JPEG's segments: EXIF (with a thumbnail inside, perhaps), then a frame that says so many pixels."""
    exif = b"Exif\x00\x00" + thumbnail
    return (
        b"\xff\xd8\xff\xe1"
        + struct.pack(">H", len(exif) + 2)
        + exif
        + b"\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x02scan\xff\xd9"
    )


def a_heic_header(*sizes: tuple[int, int]) -> bytes:
    """A HEIC's brand and the sizes of its images."""
    boxes = b"".join(struct.pack(">I4sIII", 20, b"ispe", 0, w, h) for w, h in sizes)
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
