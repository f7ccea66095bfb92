"""How the stack runs the double of the card-payment provider (deploy.local.stripe_double)."""

from __future__ import annotations

import importlib.util
import sys

from deploy.local.probes import fetch_status
from deploy.local.program import Program
from deploy.local.rundir import RunDir
from deploy.local.surroundings import ROOT, inherit_environment

MODULE = "deploy.local.stripe_double"


class StripeDouble:
    """The Checkout API and its pay page on loopback; it notifies the gateway's webhook."""

    name = "stripe"

    def __init__(self, run_dir: RunDir) -> None:
        self.port = run_dir.port("stripe")
        self._directory = run_dir.root / "stripe"
        self.key = run_dir.secret("stripe-key", lambda: f"sk_test_{run_dir.secret('stripe-key-random')}")
        self.webhook_secret = run_dir.secret(
            "stripe-webhook", lambda: f"whsec_{run_dir.secret('stripe-webhook-random')}"
        )
        self._webhook_url = f"http://127.0.0.1:{run_dir.port('gateway')}/webhooks/stripe"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        self._directory.mkdir(exist_ok=True)
        if importlib.util.find_spec(MODULE) is None:
            raise RuntimeError(f"{MODULE} is not part of this checkout")

    def programs(self) -> list[Program]:
        return [
            Program(
                name=self.name,
                argv=(sys.executable, "-m", MODULE),
                ready=lambda: fetch_status(self.port, "/") is not None,
                env={
                    **inherit_environment(),
                    "ESPACE_STRIPE_DOUBLE_DIR": str(self._directory),
                    "ESPACE_STRIPE_DOUBLE_PORT": str(self.port),
                    "ESPACE_STRIPE_KEY": self.key,
                    "ESPACE_STRIPE_WEBHOOK_URL": self._webhook_url,
                    "ESPACE_STRIPE_WEBHOOK_SECRET": self.webhook_secret,
                },
                cwd=ROOT,
                grace=5,
            )
        ]
