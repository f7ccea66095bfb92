"""When two spellings are the same name, the same address, the same town.

School files write « DA COSTA », « Da Costa », « DACOSTA »; « 12, av. Jean-Moulin » and « 12 Avenue Jean Moulin ».
A key is what remains once case, accents, punctuation and spaces are gone: equal keys, same thing. Letters of other
alphabets are kept as they are.
"""

import re
import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
_STREETS = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard",
    "bvd": "boulevard", "pl": "place", "che": "chemin", "chem": "chemin", "imp": "impasse", "all": "allee",
    "rte": "route", "sq": "square", "res": "residence", "bat": "batiment", "apt": "appartement",
    "appt": "appartement", "fg": "faubourg", "r": "rue", "st": "saint", "ste": "sainte", "dr": "docteur",
    "gal": "general", "mal": "marechal",
}  # fmt: skip
_JOINERS = "\u200c\u200d"
_NOTHING = {"na", "nc", "neant", "inconnu", "inconnue", "nonrenseigne", "nonrenseignee", "valeur"}


def plain(text: str) -> str:
    """Lower case without accents; every other sign than a letter or a digit is a space."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())


def name_key(*parts: str) -> str:
    """« DA COSTA », « Marion » → `dacosta marion`: one word for each part given."""
    return " ".join(plain(part).replace(" ", "") for part in parts)


def city_key(city: str) -> str:
    """« St-Paul-lès-Romans » and « SAINT PAUL LES ROMANS CEDEX 3 » → `saintpaullesromans`."""
    words = [_STREETS.get(word, word) if word in {"st", "ste"} else word for word in plain(city).split()]
    if "cedex" in words:
        words = words[: words.index("cedex")]
    return "".join(words)


def address_key(street: str, postcode: str, city: str) -> str:
    """One home, one key; empty when there is no street."""
    if is_blank(street):
        return ""
    words = [_STREETS.get(word, word) for word in plain(street).split()]
    return f"{''.join(words)}|{plain(postcode).replace(' ', '')}|{city_key(city)}"


def is_blank(text: str) -> bool:
    """Nothing, or what spreadsheets and people write for nothing: « #N/A », « néant », « - »."""
    word = plain(text).replace(" ", "")
    return not word or word in _NOTHING


def tidy(text: str) -> str:
    """One line without surplus spaces, control signs, or invisible ones: a mark of direction would turn what follows
    it on every page. The two joiners stay, but at the ends: Persian and Indian names are spelled with them."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(map(_seen, composed)).split()).strip(f" {_JOINERS}")


def _seen(sign: str) -> str:
    if sign in _JOINERS or sign.isprintable():
        return sign
    return "" if unicodedata.category(sign) == "Cf" else " "


def proper(name: str) -> str:
    """« DE LEMOS » → « De Lemos », « N'GUYEN-PHU » → « N’Guyen-Phu »; a name in mixed case is left as it is."""
    name = tidy(name).replace("'", "’")
    if not name.isupper() or len(name) < 2:
        return name
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name.lower())


def spell(first_name: str, last_name: str) -> str:
    """« Marion Da Costa »."""
    return f"{first_name} {last_name}".strip()
