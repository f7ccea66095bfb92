"""Stripe's errors, in Stripe's words and shape."""

from typing import Any


class StripeProblem(Exception):
    """Answered as `{"error": {…}}` with `status`."""

    def __init__(self, status: int, kind: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **fields}}


def invalid(message: str, param: str = "", code: str = "") -> StripeProblem:
    """400 invalid_request_error."""
    fields = {name: value for name, value in (("param", param), ("code", code)) if value}
    return StripeProblem(400, "invalid_request_error", message, **fields)


def missing(kind: str, identifier: str) -> StripeProblem:
    """404 resource_missing."""
    return StripeProblem(
        404, "invalid_request_error", f"No such {kind}: '{identifier}'", code="resource_missing", param="id"
    )
