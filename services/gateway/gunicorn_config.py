"""gunicorn -c services/gateway/gunicorn_config.py 'gateway.app:create_app()'

Threads, not greenlets: each thread keeps one connection to the broker, and nothing is monkey-patched. The number of
workers and threads is for a machine of two cores; ESPACE_WORKERS and ESPACE_THREADS change it.
"""

import os
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from chassis import logs
from gateway.settings import GatewaySettings

_settings = GatewaySettings()
_counters = os.environ.get("PROMETHEUS_MULTIPROC_DIR")

# This file is read before the application is imported, and counting begins with the import.
if _counters:
    os.makedirs(_counters, exist_ok=True)
logs.configure("gateway", _settings.log_format)

bind = [os.environ.get("ESPACE_BIND", "127.0.0.1:8600")]
if _settings.metrics_port:
    bind.append(f"{_settings.metrics_address}:{_settings.metrics_port}")

worker_class = "gthread"
# Imported once, before the door opens: workers start at once, and no connection is accepted before one can answer.
# Connections to the database and to the broker are made by the threads that use them, after the fork.
preload_app = True
workers = int(os.environ.get("ESPACE_WORKERS", "2"))
threads = int(os.environ.get("ESPACE_THREADS", "8"))
keepalive = 65
timeout = 60
graceful_timeout = 20
# Worker files in memory: a slow disk must not look like a hung worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 4094
limit_request_fields = 60
# Proxies are believed by the application (ESPACE_TRUSTED_PROXIES), not by the server.
forwarded_allow_ips = ""
accesslog = None
errorlog = "-"


def child_exit(_server: Any, worker: Any) -> None:
    """A worker is gone: its gauges are too."""
    if _counters:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
