"""What a file is, told from its first bytes and never from its name or what the browser claims.

The pictures are not decoded here. Their size in pixels is read from their headers, so that a small file cannot blow
up in the viewer of whoever opens it.
"""

from enum import StrEnum

HEAD = 512 * 1024
"""How much of a file it takes: the header of a photograph comes after its preview and its colour profile."""

MOST_PIXELS = 110_000_000
"""The largest sensor of a telephone makes 108 million; a page scanned at 600 dpi is 35 million."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_JPEG_SIZES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Media(StrEnum):
    """The kinds of files a vault takes."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    PDF = "application/pdf"

    @property
    def extension(self) -> str:
        """What a file of this kind is called."""
        return {"image/jpeg": ".jpg", "image/png": ".png", "image/heic": ".heic"}.get(self.value, ".pdf")


def sniff(head: bytes) -> Media | None:
    """The kind of file that begins with `head`; None when it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return Media.HEIC
    # Readers accept a header that begins anywhere in the first kilobyte; scanners make use of it.
    if b"%PDF-" in head[:1024]:
        return Media.PDF
    return None


def pixels(media: Media, head: bytes) -> int | None:
    """Width × height of a picture, 0 for what is none; None when its header does not say."""
    if media is Media.PNG:
        return _product(head[16:20], head[20:24]) if head[12:16] == b"IHDR" else None
    if media is Media.JPEG:
        return jpeg_pixels(head)
    if media is Media.HEIC:
        return _heic_pixels(head)
    return 0


def jpeg_pixels(head: bytes) -> int | None:
    """Width × height of a JPEG; None when its header does not say. The segment that starts the frame does."""
    at = 2
    while at + 9 < len(head):
        if head[at] != 0xFF:
            return None
        mark = head[at + 1]
        if mark == 0xFF:  # filling
            at += 1
            continue
        if mark in _JPEG_SIZES:
            return _product(head[at + 5 : at + 7], head[at + 7 : at + 9])
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if length < 2:
            return None
        at += 2 + length
    return None


def _heic_pixels(head: bytes) -> int | None:
    """The largest image the file declares (`ispe` properties): the whole one, where it is made of tiles."""
    largest = None
    at = head.find(b"ispe")
    while at >= 0:
        found = _product(head[at + 8 : at + 12], head[at + 12 : at + 16])
        if found is not None:
            largest = max(largest or 0, found)
        at = head.find(b"ispe", at + 4)
    return largest


def _product(width: bytes, height: bytes) -> int | None:
    if not width or not height:
        return None
    product = int.from_bytes(width, "big") * int.from_bytes(height, "big")
    return product or None
