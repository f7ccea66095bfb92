"""What only the installation can do for agents: nobody is signed in yet, or nobody can be any more.

    python -m accounts invite Monique Chatelard monique.chatelard@ville.fr
    python -m accounts reset-second-factor monique.chatelard@ville.fr

The first mails a link to choose a password to an agent with the role `administration`; with `--role billing --role …`
others. The second is for the only administrator, whose telephone and codes are lost: the next sign-in sets an
application up again.
"""

import argparse
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from accounts.mailing.mail import Site
from accounts.staff import administration, agents
from chassis.clock import clock_from
from chassis.database import engine_for, sessions_for
from chassis.settings import Settings
from contracts.accounts.agents import CreateAgent
from contracts.caller import SYSTEM, Role


def main() -> None:
    """Reads the arguments; writes to the database and the queue of mails that the settings name."""
    parser = argparse.ArgumentParser(prog="python -m accounts")
    verbs = parser.add_subparsers(required=True)
    invite = verbs.add_parser("invite", help="mail an agent a link to come in by")
    for name in ("first_name", "last_name", "email"):
        invite.add_argument(name)
    invite.add_argument("--role", action="append", choices=[role.value for role in Role], default=[])
    invite.set_defaults(do=_invite)
    reset = verbs.add_parser("reset-second-factor", help="forget an agent's authenticator")
    reset.add_argument("email")
    reset.set_defaults(do=_reset)
    given = parser.parse_args()
    settings = Settings()
    site = Site(settings.public_url, settings.mail_from, settings.bounce_address)
    engine = engine_for(settings.need("database_url"), 1)
    with sessions_for(engine).begin() as session:
        given.do(session, site, given, clock_from(settings.clock_file).now())
    engine.dispose()


def _invite(session: Session, site: Site, given: argparse.Namespace, now: datetime) -> None:
    ask = CreateAgent(
        command_id=uuid4(),
        first_name=given.first_name,
        last_name=given.last_name,
        email=given.email,
        roles=frozenset(Role(role) for role in given.role or [Role.ADMINISTRATION]),
    )
    agents.create(session, site, ask, None, now)
    print(f"A link goes out to {given.email}.")


def _reset(session: Session, site: Site, given: argparse.Namespace, now: datetime) -> None:
    account_id = administration.find_by_address(session, given.email)
    administration.reset_second_factor(session, site, account_id, SYSTEM, now)
    print(f"{given.email} sets an application up at the next sign-in.")


if __name__ == "__main__":
    main()
