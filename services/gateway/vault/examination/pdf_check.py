"""What must not be in a PDF: programs, things it does by itself, files, and bombs. Read by qpdf, changed by nobody.

Every object is looked at, whether or not the document leads to it: readers disagree about what a document is.
Sources: ISO 32000-2 §12.6 (actions), §7.11.4 (embedded files), §7.4 (filters), annex C (page sizes).
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from gateway.vault.examination import hidden
from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.examination.inflation import Bomb, inflated_size
from gateway.vault.examination.wrapped_pictures import head_of, jpx_pixels
from gateway.vault.media import MOST_PIXELS, jpeg_pixels

MOST_PAGES = 500
LONGEST_SIDE = 14_400  # points: 5 metres, the largest page a reader must know
MOST_OBJECTS = 300_000
MOST_VALUES = 3_000_000
IMAGE_BYTES = 3 * MOST_PIXELS
STREAM_BYTES = 64 * 1024 * 1024
ALL_BYTES = 1024 * 1024 * 1024

_SCRIPT_KEYS = {"/JS", "/JavaScript", "/XFA"}
_HARMLESS = {"/GoTo", "/Named"}
_ACTIONS = {
    "/Launch", "/GoToR", "/GoToE", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute", "/GoTo3DView",
}  # fmt: skip
_CARRIERS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_LEADS_TO_ACTIONS = ("/A", "/PA", "/Next")
_PICTURES = {"/DCTDecode": jpeg_pixels, "/DCT": jpeg_pixels, "/JPXDecode": jpx_pixels}


def check(data: bytes) -> int:
    """The number of pages of a PDF fit for a vault. Raises Flawed."""
    hidden.look_in_pdf(data)
    _look_at_names(data)
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            pages = _count_pages(pdf)
            _look_at_objects(pdf)
            return pages
    except pikepdf.PasswordError:
        raise Flawed(Flaw.LOCKED) from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        # qpdf has mended what it could; what it still trips over, no agent should be asked to open.
        raise Flawed(Flaw.BROKEN) from None


def _spelled(word: str) -> bytes:
    """A name behind its stroke, each letter as it is or by its number: `/L#61unch` is `/Launch` (§7.3.5)."""
    return b"".join(b"(?:%c|#(?i:%02x))" % (ord(each), ord(each)) for each in word)


# Begins with what every name begins with, so that the search leaps from one to the next: a scan of 40 MB is looked
# through in 30 ms; with the two names as alternatives, each with its own stroke, it took 850.
_NAMED = re.compile(b"/(?:(" + _spelled("JavaScript") + b")|" + _spelled("Launch") + b")")


def _look_at_names(data: bytes) -> None:
    """What stands in the file and in no list of its objects: a reader that finds that list broken looks for itself."""
    found = _NAMED.search(data)
    if found is not None:
        raise Flawed(Flaw.SCRIPT if found[1] else Flaw.ACTION)


def _count_pages(pdf: pikepdf.Pdf) -> int:
    """How many there are. qpdf has walked their tree when it opened, and refuses one whose branches meet again."""
    count = len(pdf.pages)
    if count == 0:
        raise Flawed(Flaw.BROKEN)
    if count > MOST_PAGES:
        raise Flawed(Flaw.PAGES)
    return count


def _look_at_objects(pdf: pikepdf.Pdf) -> None:
    if len(pdf.objects) > MOST_OBJECTS:
        raise Flawed(Flaw.BOMB)
    total, seen = 0, 0
    for each in pdf.objects:
        for value in _within(each):
            seen += 1
            if seen > MOST_VALUES:
                raise Flawed(Flaw.BOMB)
            if isinstance(value, pikepdf.Dictionary):
                _look_at(value)
        if isinstance(each, pikepdf.Stream):
            _look_at(each)
            _look_outside(each)
            total += _measure(each)
            if total > ALL_BYTES:
                raise Flawed(Flaw.BOMB)


def _within(value: Any) -> Iterator[Any]:
    """The dictionaries and lists that stand in an object itself; what it only points to has its own turn."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, pikepdf.Array):
            children = list(each)
        elif isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            children = [child for _, child in each.items()]
        else:
            continue
        waiting.extend(
            child for child in children if isinstance(child, pikepdf.Object) and not child.is_indirect
        )


def _look_at(value: Any) -> None:
    keys = set(value.keys())
    kind, does, subtype = (_name(value.get(key)) for key in ("/Type", "/S", "/Subtype"))
    if keys & _SCRIPT_KEYS or does == "/JavaScript":
        raise Flawed(Flaw.SCRIPT)
    if "/EF" in keys or kind == "/EmbeddedFile" or "/Collection" in keys or subtype in _CARRIERS:
        raise Flawed(Flaw.FILES)
    # A part of a text may be called what an action is; where actions stand, it is one whatever it calls itself.
    if does in _ACTIONS and kind != "/StructElem":
        raise Flawed(Flaw.ACTION)
    if any(_acts(value[key]) for key in _LEADS_TO_ACTIONS if key in keys):
        raise Flawed(Flaw.ACTION)
    if "/OpenAction" in keys:
        _look_at_action(value["/OpenAction"])
    if "/AA" in keys and isinstance(value["/AA"], pikepdf.Dictionary):
        for _, action in value["/AA"].items():
            _look_at_action(action)
    if "/MediaBox" in keys:
        _look_at_page(value)


def _look_outside(stream: pikepdf.Stream) -> None:
    """A stream that lies in another file, or shows a page of one (§7.3.8.2, §8.10.4)."""
    if "/F" in stream or isinstance(stream.get("/Ref"), pikepdf.Dictionary):
        raise Flawed(Flaw.FILES)


def _acts(value: Any) -> bool:
    waiting = list(value) if isinstance(value, pikepdf.Array) else [value]
    return any(isinstance(each, pikepdf.Dictionary) and _name(each.get("/S")) in _ACTIONS for each in waiting)


def _look_at_action(action: Any) -> None:
    """A document may open at a page of itself; nothing else may happen unasked."""
    if not isinstance(action, pikepdf.Dictionary):
        return
    does = _name(action.get("/S"))
    if does == "/JavaScript":
        raise Flawed(Flaw.SCRIPT)
    if does not in _HARMLESS:
        raise Flawed(Flaw.ACTION)


def _look_at_page(page: Any) -> None:
    box = [float(each) for each in page["/MediaBox"]]
    unit = float(page.get("/UserUnit", 1))
    if len(box) != 4 or max(abs(box[2] - box[0]), abs(box[3] - box[1])) * unit > LONGEST_SIDE:
        raise Flawed(Flaw.PAGES)


def _measure(stream: pikepdf.Stream) -> int:
    """Bytes that a stream becomes, so far as they can be told without making them."""
    is_image = _name(stream.get("/Subtype")) == "/Image"
    if is_image and int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > MOST_PIXELS:
        raise Flawed(Flaw.BOMB)
    filters: Any = stream.get("/Filter", [])
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(each) for each in filters]
    if names and names[-1] in _PICTURES:
        _look_at_picture(stream, names)
    bound = IMAGE_BYTES if is_image else STREAM_BYTES
    flates = 0
    while flates < len(names) and names[flates] in {"/FlateDecode", "/Fl"}:
        flates += 1
    if flates:
        try:
            size = inflated_size(stream.read_raw_bytes(), flates, bound)
        except Bomb:
            raise Flawed(Flaw.BOMB) from None
    else:
        size = int(stream.get("/Length", 0))
    if any(
        name in {"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/FlateDecode", "/Fl"}
        for name in names[flates:]
    ):
        # Rare by now. Made whole by qpdf: this process' bound of memory stands behind it.
        size = len(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
        if size > bound:
            raise Flawed(Flaw.BOMB)
    return size


def _look_at_picture(stream: pikepdf.Stream, names: list[str]) -> None:
    """Points of a picture by its own header: what the document says of it binds nobody."""
    head = head_of(stream.read_raw_bytes(), names[:-1])
    if (_PICTURES[names[-1]](head) or 0) > MOST_PIXELS:
        raise Flawed(Flaw.BOMB)


def _name(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""
