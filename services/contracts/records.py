"""What each service answers when somebody asks for everything that is kept of them."""

from typing import Any

Records = dict[str, Any]
"""Part → value, JSON-safe: keys in English that do not change, ids as text, dates and instants in ISO 8601, sums in
integer cents, an unknown thing null, which is not zero. Nothing of a child's other household, no secret, no hash."""
