"""The page where caught mail is read. HTML mail is shown in a sandbox: no script, no outside request."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request, url_for

from deploy.local.mail.report import REASONS, compose_report
from deploy.local.mail.store import MailStore

PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
MAIL_POLICY = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def make_page(store: MailStore, returns: MailStore | None = None) -> Flask:
    """The WSGI application over one store. `returns`: where reports on undelivered mail land."""
    app = Flask(__name__)

    @app.get("/")
    def show_list() -> str:
        return render_template("list.html", mails=store.list())

    @app.get("/ready")
    def say_ready() -> str:
        """Costs the same however many messages are kept: the supervisor gives it a second."""
        return "ready\n"

    @app.get("/messages/<mail_id>")
    def show_mail(mail_id: str) -> str:
        mail = store.find(mail_id) or abort(404)
        return render_template("mail.html", mail=mail, reasons=REASONS if returns is not None else {})

    @app.get("/messages/<mail_id>.eml")
    def show_source(mail_id: str) -> Response:
        """As it travelled."""
        if store.find(mail_id) is None:
            abort(404)
        return Response(store.content(mail_id), mimetype="text/plain")

    @app.get("/messages/<mail_id>/html")
    def show_html(mail_id: str) -> Response:
        mail = store.find(mail_id) or abort(404)
        # Links open beside the page: the sandbox keeps the mail itself from going anywhere.
        answer = Response('<base target="_blank">' + mail.html, mimetype="text/html")
        answer.headers["Content-Security-Policy"] = MAIL_POLICY
        return answer

    @app.get("/messages.json")
    def list_as_json() -> Response:
        return jsonify([mail.as_json() for mail in store.list()])

    @app.post("/messages/<mail_id>/return")
    def send_back(mail_id: str) -> Any:
        """What another town's server would answer, days later: the mail could not be delivered."""
        mail = store.find(mail_id)
        if returns is None or mail is None or not mail.envelope_sender:
            abort(404)
        status = request.form.get("status", "5.1.1")
        if status not in REASONS:
            abort(400)
        report = compose_report(store.content(mail_id), mail.envelope_sender, mail.recipients[0], status)
        returns.keep(report, "", [mail.envelope_sender])
        return redirect(url_for("show_mail", mail_id=mail_id))

    @app.post("/empty")
    def empty() -> Any:
        store.empty()
        return redirect(url_for("show_list"))

    @app.after_request
    def protect(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return app
