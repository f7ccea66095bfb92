"""A tariff's parts as agents type them, line by line, and read back: « A jusqu’à 350 : 1,00 », « 2 enfants : 10 % ».

Each reader raises ValueError with a sentence that says what to write.
"""

import re
import unicodedata

from contracts.billing.tariffs import Band, Moment, Reduction, SiblingStep

_SUM = r"(\d{1,5})(?:[.,](\d{1,2}))?\s*€?"
_NAME = r"([^:]{1,20}?)"


def read_bands(text: str) -> tuple[Band, ...]:
    """A line a band: « A jusqu’à 350 : 1,00 »; the last « D au-delà : 4,80 »."""
    bands = []
    for line in _lines(text):
        bounded = re.fullmatch(rf"{_NAME}\s+jusqu[’']à\s+(\d{{1,6}})\s*€?\s*:\s*{_SUM}", line, re.IGNORECASE)
        last = re.fullmatch(rf"{_NAME}\s+au[- ]delà\s*:\s*{_SUM}", line, re.IGNORECASE)
        if bounded:
            name, bound, *cents = bounded.groups()
            bands.append(Band(name=name, up_to=int(bound), cents=_cents(*cents)))
        elif last:
            name, *cents = last.groups()
            bands.append(Band(name=name, cents=_cents(*cents)))
        else:
            raise ValueError(
                f"« {line} » : écrivez une ligne par tranche, comme « A jusqu’à 350 : 1,00 », "
                "et la dernière comme « D au-delà : 4,80 »."
            )
    return tuple(bands)


def write_bands(bands: tuple[Band, ...]) -> str:
    """The lines that `read_bands` reads."""
    return "\n".join(
        f"{band.name} {'au-delà' if band.up_to is None else f'jusqu’à {band.up_to}'} : {write_cents(band.cents)}"
        for band in bands
    )


def read_rate(text: str) -> int:
    """« 0,525 » percent → 525 hundred-thousandths."""
    found = re.fullmatch(r"(\d{1,2})(?:[.,](\d{1,3}))?\s*%?", text.strip())
    rate = int(found[1]) * 1000 + int((found[2] or "0").ljust(3, "0")) if found else 0
    if not rate:
        raise ValueError("Écrivez le taux en pour cent du quotient, avec trois décimales au plus : 0,525.")
    return rate


def write_rate(rate_per_100000: int) -> str:
    """« 0,525 »."""
    whole, rest = divmod(rate_per_100000, 1000)
    return f"{whole},{rest:03d}".rstrip("0").rstrip(",")


def read_moments(text: str) -> tuple[Moment, ...]:
    """A line a moment: « soir : 100 minutes »."""
    moments = []
    for line in _lines(text):
        found = re.fullmatch(r"(.{1,40}?)\s*:\s*(\d{1,4})(?:\s*min(?:utes)?)?", line)
        if not found or not 0 < int(found[2]) <= 1440:
            raise ValueError(f"« {line} » : écrivez une ligne par moment, comme « soir : 100 minutes ».")
        moments.append(Moment(slot=found[1], minutes=int(found[2])))
    return tuple(moments)


def write_moments(moments: tuple[Moment, ...]) -> str:
    """The lines that `read_moments` reads."""
    return "\n".join(f"{moment.slot} : {moment.minutes} minutes" for moment in moments)


def read_steps(text: str) -> tuple[SiblingStep, ...]:
    """A line a step: « 2 enfants : 10 % »."""
    steps = []
    for line in _lines(text):
        found = re.fullmatch(r"(\d{1,2})\s*(?:e\s+)?enfants?\s*:\s*(\d{1,3})\s*%?", line)
        if not found or not 2 <= int(found[1]) <= 10 or not 1 <= int(found[2]) <= 100:
            raise ValueError(f"« {line} » : écrivez une ligne comme « 2 enfants : 10 % », de 2 à 10 enfants.")
        steps.append(SiblingStep(children=int(found[1]), percent=int(found[2])))
    return tuple(steps)


def write_steps(steps: tuple[SiblingStep, ...]) -> str:
    """The lines that `read_steps` reads."""
    return "\n".join(f"{step.children} enfants : {step.percent} %" for step in steps)


def read_reductions(text: str, known: tuple[Reduction, ...] = ()) -> tuple[Reduction, ...]:
    """A line a kind: « Panier repas (PAI) : 50 % », « Agent communal : 0,50 € », or both amounts joined by « + ».

    A kind of `known` that keeps its name keeps its code: that is what families were granted.
    """
    codes = {each.name: each.code for each in known}
    kinds = []
    for line in _lines(text):
        name, _, amounts = line.rpartition(":")
        found = re.fullmatch(rf"(?:(\d{{1,3}})\s*%)?\s*(?:\+?\s*{_SUM})?", amounts.strip())
        percent = int(found[1] or 0) if found else 0
        cents = _cents(found[2], found[3]) if found and found[2] else 0
        if not 2 <= len(name.strip()) <= 60 or percent > 100 or not (percent or cents):
            raise ValueError(
                f"« {line} » : écrivez une ligne par réduction, comme « Panier repas (PAI) : 50 % » "
                "ou « Agent communal : 0,50 € »."
            )
        name = name.strip()
        kinds.append(Reduction(code=codes.get(name) or _code(name), name=name, percent=percent, cents=cents))
    return tuple(kinds)


def write_reductions(kinds: tuple[Reduction, ...]) -> str:
    """The lines that `read_reductions` reads."""
    lines = []
    for each in kinds:
        amounts = [f"{each.percent} %"] * bool(each.percent) + [f"{write_cents(each.cents)} €"] * bool(
            each.cents
        )
        lines.append(f"{each.name} : {' + '.join(amounts)}")
    return "\n".join(lines)


def write_cents(cents: int) -> str:
    """« 3,20 »."""
    return f"{cents // 100},{cents % 100:02d}"


def _cents(euros: str, cents: str | None) -> int:
    return int(euros) * 100 + int((cents or "0").ljust(2, "0"))


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _code(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "reduction"
