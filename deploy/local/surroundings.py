"""Where the checkout is, and what a program of ours inherits from whoever started the stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def inherit_environment() -> dict[str, str]:
    """The caller's environment without any ESPACE_ variable: each program is given its own, and no more."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ESPACE_")}
    # Ten processes that each compile all of their libraries again take half a minute to start.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "/usr/bin:/bin")]),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "services"), str(ROOT)]),
        "PYTHONUNBUFFERED": "1",
        "LANG": "C.UTF-8",
    }
