"""The real site with two pages more: one that signs a browser in, one whose single question does nothing."""

import os
from uuid import UUID, uuid4

from flask import Flask, render_template_string
from sqlalchemy import text

from chassis.client import Services
from chassis.database import engine_for
from contracts.accounts.families import MyHousehold
from contracts.accounts.identity import OpenAccount
from contracts.caller import SYSTEM, Caller, Kind
from gateway.app import create_app
from gateway.browser import browser_session
from gateway.browser.browser_session import Identity
from gateway.services import ask
from tests.echo.echo import Ping

COOKIE = "espace"
PAGE = (
    '{% extends "citizen/base.html" %}{% block title %}Un appel{% endblock %}'
    '{% block content %}<h1 class="govuk-heading-xl">{{ pong.text }}</h1>{% endblock %}'
)


def site() -> Flask:
    """For gunicorn. `BENCH_ACCOUNT`: whom `/jeton` signs in."""
    app = create_app()
    account_id = UUID(os.environ["BENCH_ACCOUNT"])

    @app.get("/jeton")
    def enter() -> str:
        browser_session.sign_in(Identity(Kind.CITIZEN, account_id, "Mme Camille Martin"))
        return "entré"

    @app.get("/un-appel")
    def one_call() -> str:
        return render_template_string(PAGE, pong=ask(Ping(text="Un appel")))

    return app


def fill(services: Services, database_url: str) -> Caller:
    """A family of two guardians and two children, one account; who it is."""
    account_id = services.ask(
        OpenAccount(
            command_id=uuid4(),
            first_name="Camille",
            last_name="Martin",
            email="famille@exemple.test",
            password="cerise-tambour-girouette",
        ),
        SYSTEM,
    )
    engine = engine_for(database_url, 1)
    with engine.begin() as connection:
        for statement in _ROWS.split(";"):
            if statement.strip():
                connection.execute(text(statement), {"account": account_id})
    engine.dispose()
    caller = Caller(kind=Kind.CITIZEN, account_id=account_id, name="Mme Camille Martin")
    if len(services.ask(MyHousehold(), caller).families) != 1:
        raise RuntimeError("the family of the bench is not there")
    return caller


_ROWS = """
INSERT INTO place (place_code, name, kind, city) VALUES ('0261001A', 'École Saint-Nicolas', 'school', 'Romans-sur-Isère');
INSERT INTO family (family_id, number, street, postcode, city, address_key, resident, version, created_at)
VALUES ('00000000-0000-4000-8000-000000000001', 'F999999', '12 rue Jacquemart', '26100', 'Romans-sur-Isère', 'k', true, 1, now());
INSERT INTO guardian (guardian_id, family_id, adult_id, account_id, title, first_name, last_name, usage_name, name_key, email, phone)
SELECT gen_random_uuid(), '00000000-0000-4000-8000-000000000001', gen_random_uuid(),
       CASE n WHEN 1 THEN CAST(:account AS uuid) END, 'Mme', 'Camille', 'Martin', '', 'martin camille' || n, '', ''
FROM generate_series(1, 2) n;
INSERT INTO child (child_id, first_name, last_name, usage_name, name_key, birth_date, sex, place_code, class_name, level, version)
SELECT gen_random_uuid(), 'Alizée', 'Martin', '', 'martin alizee' || n, '2018-05-04', 'F', '0261001A', 'CE2', 'CE2', 1
FROM generate_series(1, 2) n;
INSERT INTO family_child (family_id, child_id)
SELECT '00000000-0000-4000-8000-000000000001', child_id FROM child
"""
