"""Photographs of the pages of a document, made into one PDF in the order they came."""

import img2pdf

from gateway.vault.examination import hidden
from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.examination.pictures import MOST_SHOWN, SHEET, as_jpeg, open_picture, shown
from gateway.vault.media import Media, sniff

_A4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))


def bind(files: list[bytes]) -> tuple[bytes, list[bytes]]:
    """(PDF, its preview). One picture is open at a time, and each is let go of as it is done. Raises Flawed."""
    sheets: list[bytes] = []
    preview: list[bytes] = []
    while files:
        data = files.pop(0)
        media = sniff(data)
        if media is None or media is Media.PDF:
            raise Flawed(Flaw.NOT_PICTURES)
        hidden.look_in_picture(media, data)
        picture = open_picture(data, SHEET)
        sheets.append(as_jpeg(picture))
        if len(preview) <= MOST_SHOWN:
            preview.extend(shown(picture)[1 if preview else 0 :])
    layout = img2pdf.get_layout_fun(_A4, auto_orient=True)
    return img2pdf.convert(sheets, layout_fun=layout, nodate=True), preview
