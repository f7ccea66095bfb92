"""`./espace docs`: writes docs/events.md and docs/schemas/ from the code."""

from __future__ import annotations

import inspect
import json
import sys
from collections import defaultdict
from pathlib import Path

from chassis.consumer import Subscription
from chassis.serve import service_class
from contracts import catalogue
from deploy.local.surroundings import ROOT
from deploy.rabbitmq.definitions import SERVICES


def listeners() -> dict[str, list[str]]:
    """Event type → the services whose classes subscribe to it."""
    found: dict[str, list[str]] = defaultdict(list)
    for service in SERVICES:
        # Entry points may come from base classes: one class per matter.
        for _, member in inspect.getmembers(service_class(service), inspect.isfunction):
            for entrypoint in getattr(member, "nameko_entrypoints", ()):
                if isinstance(entrypoint, Subscription):
                    found[entrypoint.event.event_type()].append(service)
    return dict(found)


def documents() -> dict[Path, str]:
    """Each generated file and what it must hold."""
    written = {ROOT / "docs" / "events.md": catalogue.markdown(listeners())}
    for event in catalogue.events():
        text = json.dumps(catalogue.schema(event), indent=1, ensure_ascii=False, sort_keys=True)
        written[ROOT / "docs" / "schemas" / f"{catalogue.event_name(event)}.json"] = text + "\n"
    for order in catalogue.orders():
        text = json.dumps(catalogue.schema(order), indent=1, ensure_ascii=False, sort_keys=True)
        name = f"{catalogue.event_name(order)}.json"
        written[ROOT / "docs" / "schemas" / "orders" / name] = text + "\n"
    return written


def main() -> int:
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
