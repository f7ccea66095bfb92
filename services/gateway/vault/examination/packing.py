"""Pictures one after the other, each after its length: how a preview travels from the child, and lies in the store."""

_JPEG = b"\xff\xd8\xff"


def pack(pictures: list[bytes]) -> bytes:
    """Pictures in one piece."""
    return b"".join(len(each).to_bytes(4, "big") + each for each in pictures)


def unpack(packed: bytes) -> list[bytes]:
    """Them again; what is not a JPEG is left out."""
    pictures, at = [], 0
    while at + 4 <= len(packed):
        length = int.from_bytes(packed[at : at + 4], "big")
        pictures.append(packed[at + 4 : at + 4 + length])
        at += 4 + length
    return [each for each in pictures if each.startswith(_JPEG)]
