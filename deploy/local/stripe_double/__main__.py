"""Serves the double, on the loopback address unless told otherwise, until it is told to stop."""

import logging
import signal
import sys
import threading
from types import FrameType

from werkzeug.serving import make_server

from deploy.local.stripe_double.app import create_app
from deploy.local.stripe_double.settings import DoubleSettings


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    settings = DoubleSettings.from_environment()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = create_app(settings)
    server = make_server(settings.address, settings.port, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    ended = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    serving.start()
    print(f"card payment double on http://127.0.0.1:{settings.port}", flush=True)
    ended.wait()
    server.shutdown()
    app.extensions["checkout"].deliveries.stop()
    sys.exit(0)


if __name__ == "__main__":
    main()
