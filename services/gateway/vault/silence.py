"""A browser that neither sends nor takes anything any more: a telephone in a tunnel, or somebody who means harm.

The server itself would wait for ever, and a thread of the site with it; half a dozen such browsers would be enough.
"""

from flask import request

SILENCE = 60.0
"""Seconds: a telephone that changes cells is back by then."""


def bound_silence() -> None:
    """From here to the end of the request, a browser that is silent for so long is one that has gone away."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(SILENCE)
