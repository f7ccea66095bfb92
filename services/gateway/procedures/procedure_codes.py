"""A procedure's code in an address: anything else than a code is the name of nothing."""

import re
from typing import Any

from flask import abort

from contracts.enrolment.values import CODE_PATTERN


def only_codes(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """For `blueprint.url_value_preprocessor`."""
    if values and "code" in values and not re.fullmatch(CODE_PATTERN, values["code"]):
        abort(404)
