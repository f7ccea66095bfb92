"""What sealed bytes look like in a message, and where the objects lie.

Whatever is sealed was sealed by the gateway and says nothing to the service: `sealed_key` (a file's key, under a
public key), `sealed_description` (file name and media type, under the file's key), `KeyWrap.box` (an account's private
key, under a password or a recovery code). Bytes travel as base64.
"""

import base64
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints


def _bytes_of(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Sealed = Annotated[
    bytes,
    BeforeValidator(_bytes_of),
    PlainSerializer(lambda value: base64.b64encode(value).decode(), return_type=str, when_used="json"),
]
"""Bytes that are base64 in JSON and bytes in Python."""

PublicKey = Annotated[Sealed, Field(min_length=32, max_length=32)]
Fingerprint = Annotated[Sealed, Field(min_length=32, max_length=32)]
SealedKey = Annotated[Sealed, Field(min_length=64, max_length=256)]
TypeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
SubjectKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]

BUCKET = "vault"
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024
PREVIEW = ".preview"
"""A document's object is named by its id; its sealed preview, by the id and this. A document need not have one."""
