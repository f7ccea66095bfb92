"""Accounts: what its parts share."""

from typing import Annotated

from pydantic import Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=320, strip_whitespace=True)]
Login = Annotated[str, StringConstraints(max_length=320, strip_whitespace=True)]
"""What was typed as an address to sign in with: one that cannot be is a wrong one, said no differently."""
Secret = Annotated[str, Field(max_length=1024, repr=False)]
PlaceCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
