"""The header of a picture within a PDF, behind the filters it lies under."""

import base64
import binascii
import re
import zlib

from gateway.vault.media import HEAD

_BLANK = re.compile(rb"[\x00\s]+")


def head_of(raw: bytes, names: list[str]) -> bytes:
    """The first bytes of what `raw` is under its filters; none where they cannot be told."""
    head = raw[: 2 * HEAD]
    for name in names:
        try:
            head = _unwrapped(name, head)
        except (zlib.error, binascii.Error, ValueError):
            return b""
    return head[:HEAD]


def jpx_pixels(head: bytes) -> int | None:
    """Width × height of a JPEG 2000 by its codestream (ITU-T T.800 §A.5.1, SIZ); None when it does not say."""
    at = head.find(b"\xff\x4f\xff\x51")
    if at < 0 or len(head) < at + 16:
        return None
    return int.from_bytes(head[at + 8 : at + 12], "big") * int.from_bytes(head[at + 12 : at + 16], "big")


def _unwrapped(name: str, head: bytes) -> bytes:
    """One filter fewer. What is cut at the end of `head` is left out."""
    if name in {"/FlateDecode", "/Fl"}:
        return zlib.decompressobj().decompress(head, 2 * HEAD)
    if name in {"/ASCIIHexDecode", "/AHx"}:
        digits = _BLANK.sub(b"", head.partition(b">")[0])
        return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii", "replace"))
    if name in {"/ASCII85Decode", "/A85"}:
        # Groups of five, `z` for one of zeros; the last one may be cut.
        signs = _BLANK.sub(b"", head.partition(b"~>")[0]).replace(b"z", b"!!!!!")
        return base64.a85decode(signs[: len(signs) // 5 * 5])
    return b""
