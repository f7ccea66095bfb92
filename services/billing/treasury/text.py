"""French text as the Treasury's files hold it: ISO-8859-1, names and addresses in capitals without accents."""

import re
import unicodedata

_SPELT = {
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "’": "'", "‘": "'", "ʼ": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "−": "-",
    "…": "...", "€": "EUR",
}  # fmt: skip
_SPACES = re.compile(r"\s+")


def written(text: str, longest: int) -> str:
    """In signs of ISO-8859-1, on one line, `longest` at most. A sign that has no such spelling is left out."""
    spelt = "".join(_SPELT.get(sign, sign) for sign in unicodedata.normalize("NFC", text))
    kept = "".join(_latin(sign) for sign in spelt)
    return _SPACES.sub(" ", kept).strip()[:longest].rstrip()


def postal(text: str, longest: int) -> str:
    """As the post wants it (norm NF Z10-011): capitals, figures and spaces, no accent and no other sign."""
    plain = unicodedata.normalize("NFKD", written(text, 1000))
    capitals = "".join(sign for sign in plain if not unicodedata.combining(sign)).upper()
    return _SPACES.sub(" ", re.sub(r"[^A-Z0-9]", " ", capitals)).strip()[:longest].rstrip()


def _latin(sign: str) -> str:
    if sign.isspace():
        return " "
    for form in (sign, unicodedata.normalize("NFKD", sign)):
        kept = form.encode("iso-8859-1", "ignore").decode("iso-8859-1")
        if kept and kept.isprintable():
            return kept
    return ""
