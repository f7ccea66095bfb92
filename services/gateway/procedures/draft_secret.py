"""What proves that drafts begun without an account are this browser's: 32 random bytes in a cookie of a day.

They go with a parent who signs in (`browser_session.sign_in`), who is then asked whether the drafts are theirs: a
computer is shared, and what somebody else began there must not land in their account by itself. Signing out ends them.
"""

import secrets

from contracts.caller import Kind
from gateway.browser import browser_session, draft_cookie

_KEY = "secret"


def is_citizen() -> bool:
    """Whoever is here has an account of their own and is signed in with it."""
    signed_in = browser_session.current()
    return signed_in is not None and signed_in.kind is Kind.CITIZEN


def kept() -> str | None:
    """The browser's, whoever is signed in."""
    found: str | None = draft_cookie.get(_KEY)
    return found


def of_visitor(*, make: bool = False) -> str | None:
    """The browser's while nobody is signed in with an account, whose own proof the account is."""
    if is_citizen():
        return None
    if make and kept() is None:
        draft_cookie.keep(_KEY, secrets.token_urlsafe(32))
    return kept()


def forget() -> None:
    """The drafts are nobody's here any more; they are erased within a day."""
    draft_cookie.keep(_KEY, None)
