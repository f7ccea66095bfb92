"""Builds the application: `gunicorn 'gateway.app:create_app()'`, or with doubles in tests."""

from datetime import timedelta
from uuid import uuid4

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import BaseLoader
from structlog import get_logger
from werkzeug.middleware.proxy_fix import ProxyFix

from chassis import logs
from chassis.clock import Clock, SystemClock, clock_from
from chassis.database import engine_for, sessions_for
from chassis.health import Check
from gateway import discovery, errors, french, health, metrics, security, services, static_files
from gateway.browser import browser_session, draft_cookie, first_pages
from gateway.browser.session_store import DatabaseStore, SessionStore
from gateway.navigation import Menus
from gateway.settings import GatewaySettings
from gateway.wiring import Client, Wiring

log = get_logger()
_CONNECTIONS = 8  # of each worker to its database: one per thread


class Site(Flask):
    """A Flask application that finds its templates beside the pages."""

    @property
    def jinja_loader(self) -> BaseLoader:
        """See `discovery.template_loader`."""
        return discovery.template_loader()


def create_app(
    settings: GatewaySettings | None = None,
    client: Client | None = None,
    sessions: SessionStore | None = None,
    clock: Clock | None = None,
    real_clock: Clock | None = None,
) -> Flask:
    """The site. What is not given is made from the settings."""
    settings = settings or GatewaySettings()
    app = Site("gateway")
    app.config.update(
        SECRET_KEY=settings.need("secret_key"),
        SESSION_COOKIE_NAME="__Host-espace-form" if settings.https else "espace-form",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        # A form may stay open for as long as its session: the token is tied to it, not to a time.
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.upload_limit,
        MAX_FORM_PARTS=settings.forms_limit,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    app.extensions["espace"] = Wiring(
        settings=settings,
        client=client or _connect(settings),
        sessions=sessions or _open_store(settings),
        clock=clock or clock_from(settings.clock_file),
        real_clock=real_clock or SystemClock(),
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.wsgi_app = health.watch(app.wsgi_app, settings, _checks(app, settings))  # type: ignore[method-assign,assignment]
    menus = Menus()
    _follow_requests(app)
    metrics.init_app(app)
    browser_session.init_app(app)
    draft_cookie.init_app(app)
    security.init_app(app, settings)
    french.init_app(app)
    static_files.init_app(app)
    errors.init_app(app)
    _prepare_templates(app, menus, settings)
    first_pages.init_app(app)
    discovery.register(app, menus, CSRFProtect(app))
    return app


def _connect(settings: GatewaySettings) -> Client:
    from chassis.client import Services

    return Services(settings.need("amqp_url"), settings.rpc_timeout)


def _open_store(settings: GatewaySettings) -> SessionStore:
    return DatabaseStore(sessions_for(engine_for(settings.need("database_url"), _CONNECTIONS)))


def _checks(app: Flask, settings: GatewaySettings) -> dict[str, Check]:
    parts: Wiring = app.extensions["espace"]
    checks = {"database": parts.sessions.check}
    if settings.amqp_url:
        checks["broker"] = health.broker_check(settings.amqp_url)
    return checks


def _follow_requests(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.correlation_id = uuid4().hex
        logs.follow(g.correlation_id)

    @app.after_request
    def name(response: Response) -> Response:
        response.headers["X-Correlation-Id"] = g.get("correlation_id", "")
        if request.endpoint != "static":
            # The endpoint, never the address: some addresses are secrets (links sent by mail).
            log.info(
                "answered", endpoint=request.endpoint, method=request.method, status=response.status_code
            )
        if app.testing and request.endpoint != "static":
            made = services.calls()
            response.headers["X-Calls"] = " ".join(f"{service}={made[service]}" for service in sorted(made))
        return response


def _prepare_templates(app: Flask, menus: Menus, settings: GatewaySettings) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        menus=menus, debug=settings.debug, uuid=uuid4, has_franceconnect=settings.has_franceconnect
    )

    @app.context_processor
    def who() -> dict[str, object]:
        return {"signed_in": browser_session.shown()}
