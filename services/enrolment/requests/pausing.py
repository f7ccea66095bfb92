"""The delays of a request stand still while something is awaited of the requester, and run again."""

from datetime import date

from enrolment.requests import delays
from enrolment.requests.models import Request


def pause(request: Request, today: date) -> None:
    """From today, or since it does already."""
    request.paused_on = request.paused_on or today


def resume(request: Request, today: date) -> None:
    """What was awaited has come: both delays end as many days later."""
    request.due_on = delays.resumed(request.due_on, request.paused_on, today)
    request.silence_on = delays.resumed(request.silence_on, request.paused_on, today)
    request.paused_on = None
    request.warned = delays.Notice.NONE
