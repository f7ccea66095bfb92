"""Numbers that come back from a page, typed by nobody: whoever sent the page may have written anything there."""

from flask import request

_MOST = 999_999_999
_LAST_PAGE = 10_000


def number_in(text: object) -> int:
    """A version, say, of a hidden field; 0, which none has, for what is no number."""
    figures = str(text)
    is_number = figures.isascii() and figures.isdecimal() and len(figures) <= len(str(_MOST))
    return int(figures) if is_number else 0


def page_asked() -> int:
    """Which page of a list the address asks for, from 1."""
    return min(_LAST_PAGE, max(1, number_in(request.args.get("page"))))
