"""The pages that parents open most, beside a bare Flask page under the same server in the same run.

home_ratio      « Mon tableau de bord » (accounts, enrolment, billing and documents asked at once) / a bare Flask page
month_ratio     a child's month, in a family of four children and five activities / the same
invoices_ratio  « Mes factures », a year of them / the same

Each in pages per second of the same visitors; in turns, pair by pair. The whole system runs, as `./espace up` starts it.
"""

import os
import re
import statistics
import tempfile
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from chassis.client import Services
from deploy.local.rabbitmq import ADMINISTRATOR
from deploy.local.rundir import find_free_port
from deploy.local.stack import EVERYTHING, Stack
from tests.load.family_site import fill
from tests.load.four_children import fill_billing, fill_enrolment
from tests.load.processes import running
from tests.load.rpc import answers_http
from tests.load.signin import at_once, visitor

VISITORS, ROUNDS, SECONDS = 4, 7, 2.0
EMAIL, PASSWORD = "famille@exemple.test", "cerise-tambour-girouette"


def enter(port: int) -> str:
    """Signs in on the site's own page; the browser's cookies."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    cookies: dict[str, str] = {}

    def ask(method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        for each in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = each.partition(";")[0].partition("=")
            cookies[name] = value
        return answer.status, page

    _, page = ask("GET", "/connexion")
    form = page[page.index("<main") :]
    hidden = dict(re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*type="hidden"[^>]*value="([^"]*)"', form))
    names = re.findall(r'<input[^>]*name="([a-z_]+)"', form)
    identifier = next(name for name in names if name in ("email", "identifier", "identifiant"))
    status, _ = ask("POST", "/connexion", urlencode({**hidden, identifier: EMAIL, "password": PASSWORD}))
    if status not in (302, 303):
        raise RuntimeError(f"not signed in: {status}")
    connection.close()
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="espace-bench-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), services=EVERYTHING)
        try:
            stack.start()
            now = datetime.now(UTC)
            caller = fill(Services(stack.broker.url(ADMINISTRATOR)), stack.database_url("accounts"))
            if caller.account_id is None:
                raise RuntimeError("no account")
            child_id = fill_enrolment(stack.database_url("enrolment"), caller.account_id, now)
            fill_billing(stack.database_url("billing"), caller.account_id)
            port = int(stack.gateway_url.rpartition(":")[2])
            cookie = enter(port)
            paths = {
                "home": "/mon-espace/",
                "month": f"/mon-espace/reservations/{child_id}/{now:%Y-%m}",
                "invoices": "/mon-espace/factures/",
            }
            bare_port = find_free_port()
            bare = ["-m", "gunicorn", "-c", "services/gateway/gunicorn_config.py", "--log-level", "warning"]
            environment = {**stack.environment("gateway"), "ESPACE_BIND": f"127.0.0.1:{bare_port}"}
            environment.pop("ESPACE_METRICS_PORT", None)
            with running([*bare, "tests.load.bare_flask:site()"], environment, answers_http(bare_port, "/")):
                measure(port, bare_port, cookie, paths)
        finally:
            stack.stop(at_once=True)


def measure(port: int, bare_port: int, cookie: str, paths: dict[str, str]) -> None:
    """Prints the table and the line of ratios."""
    visits = {name: visitor(port, path, cookie) for name, path in paths.items()}
    visits["bare"] = visitor(bare_port, "/", "")
    rates: dict[str, list[float]] = {name: [] for name in visits}
    for visit in visits.values():
        at_once(VISITORS, 1.0, visit)
    for _ in range(ROUNDS):
        for name, visit in visits.items():
            rates[name].append(at_once(VISITORS, SECONDS, visit))
    print(f"{'':24}{'pages/s':>10}   ({VISITORS} visitors, median of {ROUNDS} turns)")
    for name, found in rates.items():
        print(f"{name:24}{statistics.median(found):10.1f}")
    ratios = {
        name: statistics.median(a / b for a, b in zip(rates[name], rates["bare"], strict=True))
        for name in paths
    }
    print("pages " + " ".join(f"{name}_ratio={ratio:.4f}" for name, ratio in ratios.items()), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
