"""What the double is told by the environment."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DoubleSettings:
    """`public_url`: where browsers reach the pay page; empty means the address the API was asked at."""

    directory: Path
    key: str
    webhook_url: str = ""
    webhook_secret: str = ""
    port: int = 8620
    public_url: str = ""
    address: str = "127.0.0.1"

    @classmethod
    def from_environment(cls) -> "DoubleSettings":
        """Reads the environment. Raises LookupError naming what is missing."""
        return cls(
            directory=Path(_need("ESPACE_STRIPE_DOUBLE_DIR")),
            key=_need("ESPACE_STRIPE_KEY"),
            webhook_url=os.environ.get("ESPACE_STRIPE_WEBHOOK_URL", ""),
            webhook_secret=_need("ESPACE_STRIPE_WEBHOOK_SECRET"),
            port=int(os.environ.get("ESPACE_STRIPE_DOUBLE_PORT", "8620")),
            address=os.environ.get("ESPACE_STRIPE_DOUBLE_ADDRESS", "127.0.0.1"),
            public_url=os.environ.get("ESPACE_STRIPE_DOUBLE_PUBLIC_URL", ""),
        )


def _need(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise LookupError(f"{name} is not set")
    return value
