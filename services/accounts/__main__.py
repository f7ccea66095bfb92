"""The first administrator of a new installation, before anybody can sign in to make the others.

    python -m accounts invite Monique Chatelard monique.chatelard@ville.fr

mails a link to choose a password to an agent with the role `administration`; with `--role billing --role …` others.
"""

import argparse
from uuid import uuid4

from accounts import agents
from accounts.mail import Site
from chassis.clock import clock_from
from chassis.database import engine_for, sessions_for
from chassis.settings import Settings
from contracts.accounts.agents import CreateAgent
from contracts.caller import Role


def main() -> None:
    """Reads the arguments; writes to the database and the queue of mails that the settings name."""
    parser = argparse.ArgumentParser(prog="python -m accounts")
    invite = parser.add_subparsers(required=True).add_parser(
        "invite", help="mail an agent a link to come in by"
    )
    for name in ("first_name", "last_name", "email"):
        invite.add_argument(name)
    invite.add_argument("--role", action="append", choices=[role.value for role in Role], default=[])
    given = parser.parse_args()
    settings = Settings()
    ask = CreateAgent(
        command_id=uuid4(),
        first_name=given.first_name,
        last_name=given.last_name,
        email=given.email,
        roles=frozenset(Role(role) for role in given.role or [Role.ADMINISTRATION]),
    )
    engine = engine_for(settings.need("database_url"), 1)
    with sessions_for(engine).begin() as session:
        agents.create(
            session,
            Site(settings.public_url, settings.mail_from, settings.bounce_address),
            ask,
            None,
            clock_from(settings.clock_file).now(),
        )
    engine.dispose()
    print(f"A link goes out to {given.email}.")


if __name__ == "__main__":
    main()
