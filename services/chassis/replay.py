"""Puts back what is parked, once what kept it from being applied is mended: what the staff pages do, for operators."""

from chassis import parked, topology
from chassis.clock import clock_from
from chassis.database import engine_for, sessions_for
from chassis.settings import Settings
from contracts.caller import SYSTEM


def replay(service: str, settings: Settings) -> int:
    """Puts every parked fact of `service` back into its queue, by way of its relay. Returns how many.

    `enrolment.orders`: the parked orders of enrolment instead.
    """
    name, _, kind = service.partition(".")
    queue = topology.Queues(name, kind=kind or "events").main
    engine = engine_for(settings.need("database_url"), 1)
    clock = clock_from(settings.clock_file)
    moved = 0
    try:
        while True:
            with sessions_for(engine).begin() as session:
                found = parked.put_back(session, SYSTEM, clock.now(), queue=queue)
            moved += found
            if not found:
                return moved
    finally:
        engine.dispose()
