"""One page, twice: its one question answered by the echo service over RPC, or by the echo's HTTP twin.

The twin runs the same method of the same class behind Flask and gunicorn, called over keep-alive connections.
"""

import os

import requests
from flask import Flask, jsonify, request

from chassis.client import Services
from contracts.caller import Caller
from tests.echo.echo import Ping, Pong
from tests.echo.service import EchoService

TEMPLATE = (
    "<!doctype html><html lang=fr><title>{0}</title><h1>{0}</h1><ul>" + "<li>ligne</li>" * 200 + "</ul>"
)


def page() -> Flask:
    """`/rpc` and `/http`: the same page by either way."""
    app = Flask(__name__)
    services = Services(os.environ["ESPACE_AMQP_URL"])
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_maxsize=32)
    session.mount("http://", adapter)
    twin_url = os.environ["BENCH_TWIN_URL"] + "/ping"

    @app.get("/rpc")
    def by_rpc() -> str:
        return TEMPLATE.format(services.ask(Ping(text="bonjour"), Caller(name="Camille")).text)

    @app.get("/http")
    def by_http() -> str:
        question = Ping(text="bonjour")
        body = {
            "question": question.model_dump(mode="json"),
            "caller": Caller(name="Camille").model_dump(mode="json"),
        }
        answer = session.post(twin_url, json=body, timeout=5)
        answer.raise_for_status()
        return TEMPLATE.format(Pong.model_validate_json(answer.content).text)

    return app


def twin() -> Flask:
    """The echo service with HTTP in front."""
    app = Flask(__name__)
    service = EchoService()

    @app.post("/ping")
    def ping() -> object:
        body = request.get_json()
        answer = service.ping(Ping.model_validate(body["question"]), Caller.model_validate(body["caller"]))
        return jsonify(answer.model_dump(mode="json"))

    return app
