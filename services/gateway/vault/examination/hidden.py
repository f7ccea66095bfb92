"""A second file within a file: what is a photograph to one program and an archive or a page to another."""

from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.media import Media

_BLANK = b"\x00 \t\r\n\x0c\x1a"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ZIP_END = b"PK\x05\x06"
_ZIP_DIRECTORY = b"PK\x01\x02"
_ZIP_END_BYTES = 22
_ZIP_COMMENT = 65_535
# Long enough not to turn up by chance in the noise of a photograph. Telephones append films and depth maps to
# their pictures, so that what follows a picture's end is not wrong in itself.
_FOREIGN = (
    b"%pdf-1.",
    b"%pdf-2.",
    b"<script",
    b"<!doctype",
    b"<html",
    b"<?php",
    b"rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
)


def look_in_pdf(data: bytes) -> None:
    """A PDF begins where the file does, a scanner's blank lines aside, and ends with its end mark; raises Flawed."""
    if not data.lstrip(_BLANK + _BYTE_ORDER_MARK).startswith(b"%PDF-"):
        raise Flawed(Flaw.HIDDEN)
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Flawed(Flaw.BROKEN)
    if data[end + 5 :].strip(_BLANK) or is_archive(data):
        raise Flawed(Flaw.HIDDEN)


def look_in_picture(media: Media, data: bytes) -> None:
    """Raises Flawed when a picture carries a PDF, a page or an archive."""
    if is_archive(data) or (media is Media.PNG and _after_png(data).strip(_BLANK)):
        raise Flawed(Flaw.HIDDEN)
    lower = data.lower()
    if any(mark in lower for mark in _FOREIGN):
        raise Flawed(Flaw.HIDDEN)


def is_archive(data: bytes) -> bool:
    """A ZIP reader would open it: it looks from the end for the record that ends an archive, after its directory."""
    since = max(0, len(data) - _ZIP_COMMENT - _ZIP_END_BYTES)
    at = data.rfind(_ZIP_END, since)
    while at >= 0:
        directory = at - int.from_bytes(data[at + 12 : at + 16], "little")
        if 0 <= directory < at and data.startswith(_ZIP_DIRECTORY, directory):
            return True
        at = data.rfind(_ZIP_END, since, at)
    return False


def _after_png(data: bytes) -> bytes:
    """What follows the last chunk. Raises Flawed when the chunks do not lead there."""
    at = 8
    while at + 12 <= len(data):
        kind = data[at + 4 : at + 8]
        at += 12 + int.from_bytes(data[at : at + 4], "big")
        if kind == b"IEND":
            return data[at:]
    raise Flawed(Flaw.UNREADABLE)
