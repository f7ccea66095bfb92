"""The order in which photographs become the pages of one PDF, as a parent writes it: « 2, 1, 3 »."""

import re

_NUMBERS = re.compile(r"\d{1,2}(?:[\s,;.>-]+\d{1,2})*[\s,;.]*", re.ASCII)

SENTENCE = "Écrivez une fois chaque numéro de photo, dans l’ordre voulu : par exemple 2, 1, 3"


class NoOrder(ValueError):
    """What was written names no order, or a photograph that was not sent."""


def read(written: str) -> list[int]:
    """Which photograph comes first, second …, counted from 0; nothing where nothing was written. Raises NoOrder."""
    if not written.strip():
        return []
    if not _NUMBERS.fullmatch(written.strip()):
        raise NoOrder
    order = [int(each) - 1 for each in re.findall(r"\d+", written)]
    if len(set(order)) < len(order) or -1 in order:
        raise NoOrder
    return order


def complete(order: list[int], count: int) -> list[int]:
    """The order of all `count` photographs: those that were named, then the others as they came. Raises NoOrder."""
    if any(each >= count for each in order):
        raise NoOrder
    return order + [each for each in range(count) if each not in order]
