"""python -m gateway.letters: round after round until SIGTERM, which lets the letter at hand be finished.

It keeps nothing: enrolment says what is due, and when again. Several may run side by side.
"""

import signal
import threading

from flask import Flask
from structlog import get_logger

from chassis import health, logs
from chassis.client import Services
from chassis.objects import Objects
from chassis.settings import Settings
from gateway.health import broker_check
from gateway.letters import rounds
from gateway.vault import store

log = get_logger()
PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0


def main() -> None:
    """Until told to stop, whatever the broker, the services and the store do meanwhile."""
    settings = Settings()
    logs.configure("gateway.letters", settings.log_format)
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    amqp_url = settings.need("amqp_url")
    health.serve(settings.metrics_address, settings.metrics_port, {"broker": broker_check(amqp_url)})
    client = Services(amqp_url, settings.rpc_timeout)
    with Flask("gateway.letters").app_context():
        store.use_objects(Objects(settings))
        pause = PAUSE_SECONDS
        while not stop.wait(pause):
            try:
                ended = rounds.go(client, stop.is_set)
            except Exception as failure:
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS) or PAUSE_SECONDS
                log.warning("letters due are not known", failure=repr(failure), again_in=pause)
            else:
                pause = 0 if ended else PAUSE_SECONDS
    client.close()


if __name__ == "__main__":
    main()
