"""An activity's terms as agents type them, line by line, and read back: « 3-5 ans : 24 places », « repas avec matin ».

Each reader raises ValueError with a sentence that says what to write.
"""

import re
from datetime import date, datetime, time

from chassis.clock import PARIS
from contracts.enrolment.terms import Group, Link, Opening, SlotHours, UsualDays, Window
from gateway import french

_HOUR = r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?"
_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4})"
LONGEST_SLOT = 40


def read_hour(text: str) -> time:
    """« 9 h », « 9h30 », « 9:30 »."""
    found = re.fullmatch(rf"\s*{_HOUR}\s*", text)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise ValueError("Écrivez l’heure comme ceci : 9 h 30.")
    return time(int(found[1]), int(found[2] or 0))


def write_hour(value: time) -> str:
    """« 9 h 30 »."""
    return french.hour(value).replace(french.NO_BREAK, " ")


def read_slots(text: str) -> tuple[str, ...]:
    """« matin, repas, après-midi »; empty: the day has one part."""
    slots = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    return tuple(_slot(slot) for slot in slots) or ("",)


def read_groups(text: str, known: tuple[Group, ...] = ()) -> tuple[Group, ...]:
    """A line a group: « 3-5 ans : 24 places ». A group of `known` that keeps its ages keeps its code and label."""
    named = {(each.youngest, each.oldest): each for each in known}
    groups = []
    for line in _lines(text):
        found = re.fullmatch(r"(\d{1,2})\s*(?:-|à)\s*(\d{1,2})\s*ans\s*:\s*(\d{1,4})(?:\s*places?)?", line)
        if not found or int(found[1]) > int(found[2]) or int(found[2]) > 25:
            raise ValueError(f"« {line} » : écrivez une ligne par groupe, comme « 3-5 ans : 24 places ».")
        youngest, oldest, places = (int(each) for each in found.groups())
        before = named.get((youngest, oldest))
        groups.append(
            Group(
                code=before.code if before else f"{youngest}-{oldest}",
                label=before.label if before else f"{youngest}-{oldest} ans",
                youngest=youngest,
                oldest=oldest,
                capacity=places,
            )
        )
    return tuple(groups)


def write_groups(groups: tuple[Group, ...]) -> str:
    """The lines that `read_groups` reads."""
    return "\n".join(f"{each.youngest}-{each.oldest} ans : {each.capacity} places" for each in groups)


def read_links(text: str) -> tuple[Link, ...]:
    """A line a link: « repas avec matin ou après-midi »."""
    links = []
    for line in _lines(text):
        slot, _, needs = line.partition(" avec ")
        wanted = frozenset(part.strip() for part in needs.split(" ou ") if part.strip())
        if not slot.strip() or not wanted:
            raise ValueError(f"« {line} » : écrivez une ligne comme « repas avec matin ou après-midi ».")
        links.append(Link(slot=_slot(slot), needs=frozenset(_slot(each) for each in wanted)))
    return tuple(links)


def write_links(links: tuple[Link, ...]) -> str:
    """The lines that `read_links` reads."""
    return "\n".join(f"{link.slot} avec {' ou '.join(sorted(link.needs))}" for link in links)


def read_hours(text: str) -> tuple[SlotHours, ...]:
    """A line a part of the day: « matin : 8 h - 12 h », or « 12 h - 13 h 30 » where there is one only."""
    hours = []
    for line in _lines(text):
        slot, found = "", re.fullmatch(r"(.+?)\s*-\s*(.+)", line)
        if ":" in line and not re.match(r"\s*\d", line):
            slot, _, rest = line.partition(":")
            found = re.fullmatch(r"\s*(.+?)\s*-\s*(.+)", rest)
        if not found:
            raise ValueError(f"« {line} » : écrivez une ligne comme « matin : 8 h - 12 h ».")
        begins, ends = read_hour(found[1]), read_hour(found[2])
        if ends <= begins:
            raise ValueError(f"« {line} » : la fin précède le début.")
        hours.append(SlotHours(slot=_slot(slot), begins=begins, ends=ends))
    return tuple(hours)


def write_hours(hours: tuple[SlotHours, ...]) -> str:
    """The lines that `read_hours` reads."""
    return "\n".join(
        f"{f'{each.slot} : ' if each.slot else ''}{write_hour(each.begins)} - {write_hour(each.ends)}"
        for each in hours
    )


def read_usual_days(text: str, slots: tuple[str, ...]) -> tuple[UsualDays, ...]:
    """« lundi, jeudi » for every part of the day, or a line a part: « matin : mercredi »."""
    usual = []
    for line in _lines(text):
        slot, colon, names = line.rpartition(":")
        days = frozenset(part.strip().lower() for part in names.split(",") if part.strip())
        if not days or days - set(french.DAYS):
            raise ValueError(f"« {line} » : écrivez les jours en toutes lettres, comme « lundi, jeudi ».")
        weekdays = frozenset(french.DAYS.index(name) + 1 for name in days)
        wanted = (_slot(slot),) if colon else slots
        usual += [UsualDays(slot=each, weekdays=weekdays) for each in wanted]
    if len({each.slot for each in usual}) < len(usual):
        raise ValueError("Un moment de la journée est écrit deux fois : gardez une ligne par moment.")
    return tuple(usual)


def write_usual_days(usual: tuple[UsualDays, ...], slots: tuple[str, ...]) -> str:
    """The lines that `read_usual_days` reads."""

    def names(each: UsualDays) -> str:
        return ", ".join(french.DAYS[day - 1] for day in sorted(each.weekdays))

    kept = [each for each in usual if each.weekdays]
    if tuple(each.slot for each in kept) == slots and len({each.weekdays for each in kept}) == 1:
        return names(kept[0])
    return "\n".join(f"{each.slot} : {names(each)}" for each in kept)


def read_openings(text: str) -> tuple[Opening, ...]:
    """A line a period: « 19/12/2026 - 03/01/2027 : 02/12/2026 8 h ; habitants 01/12/2026 8 h ».

    A third part says when it ends: « ; fin 18/12/2026 18 h ».
    """
    openings = []
    for line in _lines(text):
        days, _, rest = line.partition(" : ")
        period = re.fullmatch(rf"\s*{_DAY}\s*-\s*{_DAY}\s*", days)
        parts = [part.strip() for part in rest.split(";") if part.strip()]
        plain = [part for part in parts if part[0].isdigit()]
        try:
            named = dict(part.split(maxsplit=1) for part in parts if part not in plain)
            if not period or len(plain) > 1 or named.keys() - {"habitants", "fin"}:
                raise ValueError
            begins, ends = _date(*period.groups()[:3]), _date(*period.groups()[3:])
            window = Window(
                opens_at=_instant(plain[0]) if plain else None,
                residents_from=_instant(named["habitants"]) if "habitants" in named else None,
                closes_at=_instant(named["fin"]) if "fin" in named else None,
            )
            if window == Window():
                raise ValueError
            openings.append(Opening(first=begins, last=ends, window=window))
        except ValueError:
            raise ValueError(
                f"« {line} » : écrivez la période, puis son ouverture, comme "
                "« 19/12/2026 - 03/01/2027 : 02/12/2026 8 h ; habitants 01/12/2026 8 h »."
            ) from None
    return tuple(openings)


def write_openings(openings: tuple[Opening, ...]) -> str:
    """The lines that `read_openings` reads."""
    lines = []
    for each in openings:
        window = each.window
        named = [("", window.opens_at), ("habitants ", window.residents_from), ("fin ", window.closes_at)]
        said = " ; ".join(f"{name}{_moment(at)}" for name, at in named if at is not None)
        if said:  # a window without bounds says nothing
            lines.append(f"{french.short_day(each.first)} - {french.short_day(each.last)} : {said}")
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _slot(text: str) -> str:
    slot = text.strip()
    if len(slot) > LONGEST_SLOT:
        raise ValueError(f"Un moment de la journée se dit en {LONGEST_SLOT} signes au plus.")
    return slot


def _date(day: str, month: str, year: str) -> date:
    return date(int(year), int(month), int(day))


def _instant(text: str) -> datetime:
    found = re.fullmatch(rf"\s*{_DAY}\s+(?:à\s+)?(.+?)\s*", text)
    if not found:
        raise ValueError(text)
    return datetime.combine(_date(*found.groups()[:3]), read_hour(found[4]), tzinfo=PARIS)


def _moment(value: datetime) -> str:
    local = value.astimezone(PARIS)
    return f"{french.short_day(local.date())} {write_hour(local.time())}"
