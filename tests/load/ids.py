"""Names that the benches' processes agree on."""

from uuid import NAMESPACE_URL, UUID, uuid5


def command(*parts: object) -> UUID:
    """The same parts, the same command."""
    return uuid5(NAMESPACE_URL, "/".join(str(part) for part in parts))


def place_code(number: int) -> str:
    """Centre n."""
    return f"centre-{number}"
