"""Ids that come back from a page: whoever sent the page may have written anything there."""

from uuid import UUID


def id_in(text: str | None) -> UUID | None:
    """The id that the text is, or nothing."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
