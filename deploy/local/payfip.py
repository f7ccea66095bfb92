"""How the stack runs the double of PayFiP (deploy.local.payfip_double).

It stands ready for the funds that `ESPACE_PAYFIP_CLIENTS` names; others are paid through the card provider's double.
"""

from __future__ import annotations

import sys

from deploy.local.probes import fetch_status
from deploy.local.program import Program
from deploy.local.rundir import RunDir
from deploy.local.surroundings import ROOT, inherit_environment

MODULE = "deploy.local.payfip_double"


class Payfip:
    """The Treasury's web service and its page on loopback; it notifies the address that each operation names."""

    name = "payfip"

    def __init__(self, run_dir: RunDir) -> None:
        self.port = run_dir.port("payfip")

    @property
    def url(self) -> str:
        """Where parents are sent to pay."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def service_url(self) -> str:
        """What billing speaks SOAP with."""
        return f"{self.url}/service"

    @property
    def page_url(self) -> str:
        """The page of an operation."""
        return f"{self.url}/page"

    def prepare(self) -> None:
        """Nothing is kept on disk: an operation lives as long as the process."""

    def programs(self) -> list[Program]:
        """The double."""
        return [
            Program(
                name=self.name,
                argv=(sys.executable, "-m", MODULE),
                ready=lambda: fetch_status(self.port, "/") is not None,
                env={**inherit_environment(), "ESPACE_PAYFIP_DOUBLE_PORT": str(self.port)},
                cwd=ROOT,
                grace=5,
            )
        ]
