"""The Flask application of the double."""

from flask import Flask

from deploy.local.stripe_double import api, control, pay_page
from deploy.local.stripe_double.checkout import Checkout
from deploy.local.stripe_double.deliveries import Deliveries
from deploy.local.stripe_double.settings import DoubleSettings
from deploy.local.stripe_double.store import Store


def create_app(settings: DoubleSettings) -> Flask:
    """A double with its deliveries running; `app.extensions["checkout"]` is the till behind it."""
    store = Store(settings.directory)
    deliveries = Deliveries(store, settings)
    checkout = Checkout(store, deliveries)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.register_blueprint(api.blueprint(checkout, settings))
    app.register_blueprint(pay_page.blueprint(checkout))
    app.register_blueprint(control.blueprint(checkout))
    app.extensions["checkout"] = checkout

    @app.get("/health/live")
    @app.get("/health/ready", endpoint="ready")
    def live() -> dict[str, str]:
        return {"process": "ok"}

    deliveries.start()
    return app
