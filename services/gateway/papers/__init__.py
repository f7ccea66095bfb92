"""Papers: tagged PDF/UA made on demand by typst from data that came by RPC, and streamed to the browser.

    return pdf(render("invoice", data), "facture-ENF-2026-000123.pdf")

A template `<name>.typ` reads `json(bytes(sys.inputs.data))`; what is common to all papers is in `frame.typ`.
Only typst's own typefaces are used, so that a paper looks the same wherever it is made.
"""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import typst
from flask import Response

_HERE = Path(__file__).parent
_ABSENT = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_OURS = {"LATIN", "COMBINING", "GREEK", "CYRILLIC"}
"""Scripts that the typefaces have, but for a rare sign."""
UNPRINTED = "□"
_JOINERS = "\u200c\u200d"


def render(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of `<template>.typ` with `data` (JSON-safe). About 15 ms a page; raises typst.TypstError.

    PDF/UA allows no sign without a glyph: one that no typeface has (an ideogram, an emoji) is printed as « □ », with
    all the others of its script, and the foot of the page says so. A name never costs a family its paper.
    """
    text, unprinted = _without_marks(json.dumps(data, ensure_ascii=False)), ""
    while True:
        try:
            return _compile(template, text, unprinted)
        except typst.TypstError as error:
            printable = _without_absent(text, str(error))
            if printable == text:
                raise
            text, unprinted = printable, "yes"


def _compile(template: str, data: str, unprinted: str) -> bytes:
    made = typst.compile(
        str(_HERE / f"{template}.typ"),
        root=str(_HERE),
        sys_inputs={"data": data, "unprinted": unprinted},
        pdf_standards="ua-1",
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave pages instead of a document")
    return made


def _without_marks(text: str) -> str:
    """Without invisible signs, some of which PDF/UA forbids and others turn the line; joiners spell words."""
    return "".join(sign for sign in text if sign in _JOINERS or unicodedata.category(sign) != "Cf")


def _without_absent(text: str, message: str) -> str:
    """The text without the signs that typst, in its own words, could not draw; the same when the error is another."""
    found = _ABSENT.search(message)
    if found is None:
        return text
    named = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found[1])
    absent = {sign for sign in named if not sign.isascii()}
    if not absent:  # a space that an invisible joiner clings to
        return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return "".join(UNPRINTED if _is_like(sign, absent) else sign for sign in text)


def _is_like(sign: str, absent: set[str]) -> bool:
    """One of them, or of a script of theirs that is not ours."""
    return sign in absent or (
        not sign.isascii() and _script(sign) in {_script(each) for each in absent} - _OURS
    )


def _script(sign: str) -> str:
    """« CJK », « TAMIL », « GRINNING »: the first word of the sign's name tells signs of one script together."""
    return re.split("[ -]", unicodedata.name(sign, f"{ord(sign):x}"))[0]


def pdf(content: bytes, filename: str) -> Response:
    """The paper as an attachment."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
