"""`./espace code`: the one-time codes of the demonstration's agents, as an application would show them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from deploy.local.demo.accounts import AGENTS
from deploy.local.demo.authenticator import STEP_SECONDS, code_of, secret_of


def describe(emails: list[str], at: datetime) -> str:
    """A line for each address, the code first, and how long they hold."""
    left = STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS
    lines = [f"  {code_of(email, at)[:3]} {code_of(email, at)[3:]}  {email}" for email in emails]
    return "\n".join([*lines, f"Valables encore {left} s ; chaque code ne sert qu’une fois."])


def main(arguments: list[str]) -> int:
    known = [f"{login}@exemple.test" for login, *_ in AGENTS]
    wanted = [email if "@" in email else f"{email}@exemple.test" for email in arguments] or known
    print(describe(wanted, datetime.now(UTC)))
    if len(wanted) == 1:
        print(f"Secret, pour une application d’authentification : {secret_of(wanted[0])}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
