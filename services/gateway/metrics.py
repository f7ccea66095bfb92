"""What the site counts: how long pages take, and who was refused what."""

from time import perf_counter

from flask import Flask, Response, g, request

from chassis.metrics import counter, histogram

PAGE_SECONDS = histogram(
    "page_seconds", "Time to answer a browser, by endpoint and status", ("endpoint", "method", "status")
)
PAGE_CALLS = counter("page_calls_total", "Calls to services made for pages", ("endpoint", "service"))
REFUSALS = counter("refusals_total", "Refusals shown, by error code", ("code",))
SIGN_INS = counter("browser_sessions_total", "Browser sessions opened", ("kind",))


def init_app(app: Flask) -> None:
    """Times every answer."""

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def observe(response: Response) -> Response:
        if "started" in g:
            endpoint = request.endpoint or "unknown"
            PAGE_SECONDS.labels(endpoint, request.method, f"{response.status_code // 100}xx").observe(
                perf_counter() - g.started
            )
            for service, number in g.get("calls", {}).items():
                PAGE_CALLS.labels(endpoint, service).inc(number)
        return response
