"""Asked by the container engine: exits with 0 when the process here is ready."""

import os
import sys
import urllib.request

ADDRESS = f"http://127.0.0.1:{os.environ['ESPACE_METRICS_PORT']}/health/ready"

try:
    with urllib.request.urlopen(ADDRESS, timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    sys.exit(f"not ready: {error}")
