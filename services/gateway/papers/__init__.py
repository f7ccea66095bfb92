"""Papers: tagged PDF/UA made on demand by typst from data that came by RPC, and streamed to the browser.

    return pdf(render("invoice", data), "facture-ENF-2026-000123.pdf")

A template `<name>.typ` reads `json(bytes(sys.inputs.data))`; what is common to all papers is in `frame.typ`.
Only typst's own typefaces are used, so that a paper looks the same wherever it is made.
"""

import json
from pathlib import Path
from typing import Any

import typst
from flask import Response

_HERE = Path(__file__).parent


def render(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of `<template>.typ` with `data` (JSON-safe). About 15 ms a page; raises typst.TypstError."""
    made = typst.compile(
        str(_HERE / f"{template}.typ"),
        root=str(_HERE),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave pages instead of a document")
    return made


def pdf(content: bytes, filename: str) -> Response:
    """The paper as an attachment."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
