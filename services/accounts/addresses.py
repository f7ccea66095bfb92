"""E-mail addresses: which can be written to, and in what spelling a mail server understands them.

A domain may have accents (it has an ASCII spelling); what stands before the @ may not: few servers take such mail,
and who types « rené@ » means « rene@ ».
"""

LONGEST = 254
"""RFC 5321: what fits into « MAIL FROM:<…> »."""
_LONGEST_LOCAL = 64


def is_usable(address: str) -> bool:
    """A mail to it can leave."""
    local, at, domain = address.rpartition("@")
    if not at or not local or not local.isascii() or len(local) > _LONGEST_LOCAL or " " in local:
        return False
    encoded = _ascii(domain)
    return bool(encoded) and len(f"{local}@{encoded}") <= LONGEST


def for_server(address: str) -> str:
    """With the domain in ASCII: « a@forêt.fr » → `a@xn--fort-fpa.fr`."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{_ascii(domain) or domain}"


def _ascii(domain: str) -> str:
    try:
        encoded = domain.encode("idna").decode()
    except UnicodeError:
        return ""
    return encoded if all(encoded.split(".")) else ""
