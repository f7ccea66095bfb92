"""Billing: what its parts share."""

from typing import Annotated

from pydantic import Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Cents = Annotated[int, Field(ge=0, le=100_000_00)]
