"""`./espace lock`: one file of exact versions and hashes for each process image, and dev.txt for everything.

Versions stay as they are unless pyproject.toml forbids them; `./espace lock --upgrade` takes the newest.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from deploy.local.launcher.install import say
from deploy.local.surroundings import ROOT

EVERYTHING = "dev"
IMAGES = ("accounts", "enrolment", "billing", "documents", "gateway", "assets")


def compose_command(extra: str, upgrade: bool) -> list[str]:
    """The images take their versions from dev.txt: what is tested is what is shipped."""
    own = extra == EVERYTHING
    return [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"),
        *("--extra", extra, "--universal", "--generate-hashes", "--no-emit-index-url"),
        *("--custom-compile-command", "./espace lock"),
        *([] if own else ["--constraints", f"requirements/{EVERYTHING}.txt"]),
        *(["--upgrade"] if own and upgrade else []),
        *("--output-file", f"requirements/{extra}.txt"),
    ]


def main(arguments: Sequence[str]) -> int:
    for extra in (EVERYTHING, *IMAGES):
        say(f"requirements/{extra}.txt")
        done = subprocess.run(compose_command(extra, "--upgrade" in arguments), cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
