"""What a photograph tells beside what it shows: where, when and with what it was taken, and small pictures of before.

Everything is left out that is not needed to show it, which way up it is excepted; the picture itself stays bit for bit
as it was sent. Films and depth maps that telephones append go too: they have such notes of their own.
Sources: ITU-T T.81 annex B (JPEG), PNG third edition §11, ISO/IEC 14496-12 and 23008-12 (HEIC).
"""

import io
import re
import struct
import zlib

from PIL import Image

from gateway.vault.examination import heic_traces
from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.media import Media

_ORIENTATION = 0x0112
_JPEG_APPS = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Of what programs may note in a JPEG, beside its resolution: its colours, how these are written."""
_JFIF = 0xE0

_COMMENT, _SCAN, _END = 0xFE, 0xDA, 0xD9
_MARK_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"pHYs",
}  # fmt: skip


def without_traces(media: Media, data: bytes) -> bytes:
    """The same picture, and nothing else. Of a sound file; raises Flawed where it turns out not to be."""
    try:
        if media is Media.HEIC:
            return heic_traces.blanked(data)
        orientation = _orientation(data)
        return _jpeg(data, orientation) if media is Media.JPEG else _png(data, orientation)
    except (IndexError, KeyError, ValueError, OSError, SyntaxError, struct.error):
        raise Flawed(Flaw.UNREADABLE) from None


def _orientation(data: bytes) -> int:
    """How the picture is to be turned: 1, upright, to 8."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
        noted = picture.getexif().get(_ORIENTATION, 1)
    return noted if noted in range(1, 9) else 1


def _jpeg(data: bytes, orientation: int) -> bytes:
    kept = [data[:2]]
    if orientation != 1:
        noted = b"Exif\0\0" + _exif(orientation)
        kept.append(b"\xff\xe1" + struct.pack(">H", len(noted) + 2) + noted)
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            raise ValueError
        mark = data[at + 1]
        if mark == 0xFF:  # filling
            at += 1
            continue
        if mark == _END:
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if mark == _SCAN:
            found = _MARK_IN_SCAN.search(data, end)
            end = found.start() if found else len(data)
        if mark == _JFIF and data.startswith(b"JFIF\0", at + 4):
            # Up to the small picture that may follow (T.871 §10.1), which is of before.
            kept.append(b"\xff\xe0\x00\x10" + data[at + 4 : at + 16] + bytes(2))
        elif _is_kept(mark, data[at + 4 : at + 20]):
            kept.append(data[at:end])
        at = end
    kept.append(bytes((0xFF, _END)))
    return b"".join(kept)


def _is_kept(mark: int, begins: bytes) -> bool:
    if 0xE0 <= mark <= 0xEF:
        return mark in _JPEG_APPS and begins.startswith(_JPEG_APPS[mark])
    return mark != _COMMENT


def _png(data: bytes, orientation: int) -> bytes:
    kept, at = [data[:8]], 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
        if kind == b"IHDR" and orientation != 1:
            noted = b"eXIf" + _exif(orientation)
            kept.append(struct.pack(">I", len(noted) - 4) + noted + struct.pack(">I", zlib.crc32(noted)))
        if kind == b"IEND":
            break
        at = end
    return b"".join(kept)


def _exif(orientation: int) -> bytes:
    """A directory of one entry (TIFF 6.0, §2)."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
