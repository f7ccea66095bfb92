"""Which provider takes the money of which fund, as the town has set it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from billing.paying.provider import Provider


@dataclass(frozen=True)
class Providers:
    """`by_fund` names the funds that have a provider of their own; the others go to `usual`, if there is one."""

    usual: Provider | None = None
    by_fund: Mapping[str, Provider] = field(default_factory=dict)

    def of_fund(self, fund: str) -> Provider | None:
        """Who takes a new payment; None when the town has set nobody up for that fund: it is paid at the counter."""
        return self.by_fund.get(fund, self.usual)

    def named(self, name: str, fund: str = "") -> Provider:
        """Who took a payment of the fund: its own contract if that provider has it, whatever it is set to today.

        Raises LookupError when it is set up no more.
        """
        for provider in [self.by_fund.get(fund), *self.all()]:
            if provider is not None and provider.name == name:
                return provider
        raise LookupError(f"the payment provider {name} is not set up")

    def watched(self) -> dict[str, timedelta]:
        """By provider's name, for how long its pages that ended without money are looked at again."""
        return {each.name: each.terms.watched_for for each in self.all() if each.terms.watched_for}

    def all(self) -> list[Provider]:
        """Each that is set up."""
        return [*self.by_fund.values(), *([self.usual] if self.usual else [])]
