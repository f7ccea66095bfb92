"""Photographs: whole or not, upright, and small enough for a page. Nothing of where they were taken is passed on."""

import io

import pillow_heif
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.media import MOST_PIXELS

THUMBNAIL = (320, 320)
PAGE = (1000, 1414)
MOST_SHOWN = 5
"""Pages of a document that its preview shows."""

SHEET = (3508, 3508)
"""A sheet of A4 at 300 dots per inch: what a photograph of a page keeps when it is bound."""

pillow_heif.options.DECODE_THREADS = 1
pillow_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def open_picture(data: bytes, largest: tuple[int, int]) -> Image.Image:
    """The picture upright, in colours, no larger than `largest`. Raises Flawed.

    A JPEG is decoded at a fraction of its size where that is enough.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "HEIF"])
        if picture.width * picture.height > MOST_PIXELS:
            raise Flawed(Flaw.TOO_MANY_PIXELS)
        picture.draft("RGB", largest)
        picture.load()
        picture.thumbnail(largest)
        return _on_paper(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError:
        raise Flawed(Flaw.TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError):
        raise Flawed(Flaw.UNREADABLE) from None


def as_jpeg(picture: Image.Image, quality: int = 80) -> bytes:
    """The picture as a JPEG that says nothing but its pixels and their colours."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=False, icc_profile=picture.info.get("icc_profile"))
    return out.getvalue()


def shown(picture: Image.Image) -> list[bytes]:
    """A thumbnail, then the picture as a page shows it."""
    return [_reduced(picture, THUMBNAIL), _reduced(picture, PAGE)]


def pages_of_pdf(data: bytes) -> list[bytes]:
    """A thumbnail of the first page, then the first pages; as many as can be drawn."""
    made: list[bytes] = []
    pdf = pypdfium2.PdfDocument(data)
    for number in range(min(len(pdf), MOST_SHOWN)):
        page = pdf[number]
        width, height = page.get_size()
        scale = min(PAGE[0] / max(width, 1), PAGE[1] / max(height, 1))
        picture = page.render(scale=scale).to_pil().convert("RGB")
        if not made:
            made.append(_reduced(picture, THUMBNAIL))
        made.append(as_jpeg(picture, 70))
    return made


def _reduced(picture: Image.Image, size: tuple[int, int]) -> bytes:
    small = picture.copy()
    small.thumbnail(size)
    return as_jpeg(small, 70)


def _on_paper(picture: Image.Image) -> Image.Image:
    """Transparent parts are white, as they would be on a sheet."""
    profile = picture.info.get("icc_profile") if picture.mode == "RGB" else None
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        sheet = Image.new("RGB", clear.size, "white")
        sheet.paste(clear, mask=clear.getchannel("A"))
        return sheet
    plain = picture.convert("RGB")
    plain.info = {"icc_profile": profile} if profile else {}
    return plain
