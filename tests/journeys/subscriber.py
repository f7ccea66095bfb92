"""deploy/subscriber/subscriber.py, run as another municipal system would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from tests.waiting import eventually

PROGRAM = Path(__file__).parents[2] / "deploy" / "subscriber" / "subscriber.py"


class Subscriber:
    """Listens while its `with` lasts; `facts(name)` is what it printed."""

    def __init__(self, amqp_url: str, folder: Path) -> None:
        self._environment = {"ESPACE_AMQP_URL": amqp_url, "PATH": os.environ["PATH"]}
        self._output, self._errors = folder / "facts.txt", folder / "errors.txt"

    def __enter__(self) -> Self:
        with self._output.open("wb") as out, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), "cuisine"], env=self._environment, stdout=out, stderr=errors
            )
        eventually(lambda: "écoute" in self._errors.read_text())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def facts(self, name: str) -> list[dict[str, Any]]:
        """The data of the facts of that name (`booking.made`) printed so far."""
        lines = self._output.read_text().splitlines()
        printed = [line.split(" ", 3) for line in lines]
        return [json.loads(parts[3]) for parts in printed if len(parts) == 4 and f".{name}." in parts[1]]
