"""How the site writes dates, sums and spaces."""

import re
from datetime import date, datetime, time, timedelta

from flask import Flask
from markupsafe import Markup, escape

from chassis.clock import PARIS

NARROW = "\u202f"
NO_BREAK = "\u00a0"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_ELIDED = re.compile(r"[aeiouàâäéèêëîïôöùûüœæ]|y(?![aeiouéèêë])", re.IGNORECASE)


def euros(cents: int) -> str:
    """123456 → « 1 234,56 € », with spaces that do not break."""
    sign = "−" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", NARROW) + f",{rest:02d}{NO_BREAK}€"


def day(value: date) -> str:
    """« 4 mai 2027 », « 1er mai 2027 »."""
    value = _in_paris(value)
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number}{NO_BREAK}{MONTHS[value.month - 1]} {value.year}"


def weekday(value: date) -> str:
    """« mardi 4 mai »."""
    value = _in_paris(value)
    number = "1er" if value.day == 1 else str(value.day)
    return f"{DAYS[value.weekday()]} {number}{NO_BREAK}{MONTHS[value.month - 1]}"


def long_day(value: date) -> str:
    """« mardi 4 mai 2027 »."""
    return f"{weekday(value)} {value.year}"


def month(value: date) -> str:
    """« mai 2027 »."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """« 04/05/2027 »: in tables."""
    return f"{_in_paris(value):%d/%m/%Y}"


def hour(value: datetime | time) -> str:
    """« 8 h 30 », « 12 h », on the clock of Paris."""
    at = value.astimezone(PARIS) if isinstance(value, datetime) else value
    return f"{at.hour}{NO_BREAK}h" + (f"{NO_BREAK}{at.minute:02d}" if at.minute else "")


def moment(value: datetime) -> str:
    """« 4 mai 2027 à 8 h 30 »."""
    return f"{day(value)} à {hour(value)}"


def count(number: int, one: str, many: str | None = None) -> str:
    """« 1 enfant », « 3 enfants »: zero and one are singular."""
    word = one if abs(number) < 2 else (many or f"{one}s")
    return f"{number:,}".replace(",", NARROW) + NO_BREAK + word


def plural(word: str) -> str:
    """« repas », « demi-journées »: several of a unit."""
    return word if word[-1:] in "sxz" else f"{word}s"


def ordinal(number: int | None) -> str:
    """« 1er », « 2e »; a dash where there is none."""
    if number is None:
        return "–"
    return "1er" if number == 1 else f"{number}e"


def of(name: str) -> str:
    """« de Marius », « d’Achille », « d’octobre 2026 ». Before an h both are heard, and « de » shocks nobody."""
    return f"d’{name}" if _ELIDED.match(name) else f"de {name}"


def typeset(text: str) -> str:
    """Puts the spaces that do not break where French wants them: before « : ; ? ! % € » and inside guillemets."""
    text = re.sub(r"[ \u00a0](?=[;?!](\s|$|»|\)))", NARROW, text)
    text = re.sub(r"[ \u202f](?=[:%€»](\s|$|[.,;?!)»]))", NO_BREAK, text)
    return re.sub(r"« ", f"«{NO_BREAK}", text)


def plus_days(value: date, days: int) -> date:
    """So many days later."""
    return value + timedelta(days=days)


def capitalize_first(text: str) -> str:
    """« réservé aux enfants de la PS » → « Réservé aux enfants de la PS »: unlike Jinja's, it leaves the rest alone."""
    return text[:1].upper() + text[1:]


def paragraphs(text: str) -> Markup:
    """Plain text typed by people, as paragraphs and line breaks, escaped."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    made = Markup("<br>").join
    return Markup("").join(
        Markup('<p class="govuk-body">{}</p>').format(made(escape(line) for line in block.split("\n")))
        for block in blocks
    )


def init_app(app: Flask) -> None:
    """Offers all of these as filters of the templates."""
    for filter_ in (
        euros,
        day,
        weekday,
        long_day,
        month,
        short_day,
        hour,
        moment,
        count,
        ordinal,
        of,
        typeset,
        capitalize_first,
        plus_days,
        paragraphs,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_


def _in_paris(value: date) -> date:
    return value.astimezone(PARIS) if isinstance(value, datetime) else value
