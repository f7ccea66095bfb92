"""`./espace migrate`: the databases brought up to date, on the running stack or on its database alone."""

from __future__ import annotations

import sys

from deploy.local.launcher.install import say
from deploy.local.launcher.town import collect_external
from deploy.local.launcher.verbs import is_held, run_folder
from deploy.local.stack import EVERYTHING, Stack
from deploy.local.supervisor import PartFailed


def main(arguments: list[str]) -> int:
    unknown = set(arguments) - set(EVERYTHING)
    if unknown:
        print(f"espace: no service is called {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    services = tuple(arguments) or EVERYTHING
    running = is_held(run_folder())
    stack = Stack(run_folder(), ("postgres",), durable=True, external=collect_external())
    try:
        if not running:
            stack.start()
        stack.migrate(services)
    except (PartFailed, RuntimeError) as failure:
        print(f"espace: {failure}", file=sys.stderr)
        return 1
    finally:
        if not running:
            stack.stop()
    say(f"up to date: {', '.join(services)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
