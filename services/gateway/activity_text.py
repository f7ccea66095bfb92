"""An activity's terms as agents type them, line by line, and read back: « 3-5 ans : 24 places », « repas avec matin ».

Each reader raises ValueError with a sentence that says what to write.
"""

import re
from datetime import date, datetime, time

from chassis.clock import PARIS
from contracts.enrolment.terms import Group, Link, Opening, SlotHours, Window
from gateway import french

_HOUR = r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?"
_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4})"


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
    if any(len(slot) > 40 for slot in slots):
        raise ValueError("Un moment de la journée se dit en 40 signes au plus.")
    return slots or ("",)


def read_groups(text: str) -> tuple[Group, ...]:
    """A line a group: « 3-5 ans : 24 places »."""
    groups = []
    for line in _lines(text):
        found = re.fullmatch(r"(\d{1,2})\s*(?:-|à)\s*(\d{1,2})\s*ans\s*:\s*(\d{1,4})(?:\s*places?)?", line)
        if not found or int(found[1]) > int(found[2]) or int(found[2]) > 25:
            raise ValueError(f"« {line} » : écrivez une ligne par groupe, comme « 3-5 ans : 24 places ».")
        youngest, oldest, places = (int(each) for each in found.groups())
        groups.append(
            Group(
                code=f"{youngest}-{oldest}",
                label=f"{youngest}-{oldest} ans",
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
        links.append(Link(slot=slot.strip(), needs=wanted))
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
        hours.append(SlotHours(slot=slot.strip(), begins=begins, ends=ends))
    return tuple(hours)


def write_hours(hours: tuple[SlotHours, ...]) -> str:
    """The lines that `read_hours` reads."""
    return "\n".join(
        f"{f'{each.slot} : ' if each.slot else ''}{write_hour(each.begins)} - {write_hour(each.ends)}"
        for each in hours
    )


def read_openings(text: str) -> tuple[Opening, ...]:
    """A line a period: « 19/12/2026 - 03/01/2027 : 02/12/2026 8 h ; habitants 01/12/2026 8 h »."""
    openings = []
    for line in _lines(text):
        days, _, rest = line.partition(" : ")
        period = re.fullmatch(rf"\s*{_DAY}\s*-\s*{_DAY}\s*", days)
        first, _, residents = rest.partition(";")
        try:
            if not period:
                raise ValueError
            begins, ends = _date(*period.groups()[:3]), _date(*period.groups()[3:])
            window = Window(
                opens_at=_instant(first),
                residents_from=_instant(residents.replace("habitants", "")) if residents.strip() else None,
            )
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
        line = f"{french.short_day(each.first)} - {french.short_day(each.last)}"
        if each.window.opens_at is not None:
            line += f" : {_moment(each.window.opens_at)}"
        if each.window.residents_from is not None:
            line += f" ; habitants {_moment(each.window.residents_from)}"
        lines.append(line)
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


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
