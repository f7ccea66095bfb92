"""The letters that carry a Clé Enfance: a page each, for window envelopes. Made, sent to the agent, forgotten."""

import io
from datetime import datetime
from typing import Any

import segno

from chassis.clock import PARIS
from contracts.accounts.keys import KeyLetter
from gateway import french
from gateway.papers import render


def print_letters(letters: list[KeyLetter], public_url: str, now: datetime) -> bytes:
    """One PDF, a letter a page, in the order given. About 15 ms a letter."""
    site = public_url.rstrip("/")
    data = {
        "day": french.day(now.astimezone(PARIS).date()),
        "site": site.split("://", 1)[-1],
        "letters": [_letter(letter, site) for letter in letters],
    }
    return render("key_letters", data)


def qr_code(key: str, site: str) -> str:
    """The address of the site's page for keys, as SVG. The key stands after « # »: no server ever receives it, and
    no proxy logs it; the page takes it from there with a few lines of script, or the parent types it."""
    made = io.BytesIO()
    segno.make(f"{site}/cle#cle={key}", error="m", micro=False).save(
        made, kind="svg", border=2, xmldecl=False, omitsize=True, dark="#1f1b16"
    )
    return made.getvalue().decode()


def _letter(letter: KeyLetter, site: str) -> dict[str, Any]:
    lines = [letter.name, letter.street, f"{letter.postcode} {letter.city}".strip().upper()]
    return {
        "name": letter.name,
        "address": [line for line in lines if line],
        "number": letter.family_number,
        "children": _and(letter.children),
        "groups": letter.key.split("-"),
        "until": french.day(letter.expires_on),
        "qr": qr_code(letter.key, site),
    }


def _and(names: list[str]) -> str:
    return " et ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)
