"""Starts one process of one service.

python -m chassis serve SERVICE      answers calls and applies facts
python -m chassis relay SERVICE      publishes the outbox
python -m chassis migrate SERVICE    brings the database up to date
python -m chassis replay SERVICE     has the relay put the parked facts back (SERVICE.orders: the orders)
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in {"serve", "relay", "migrate", "replay"}:
        print(__doc__, file=sys.stderr)
        return 2
    verb, service = arguments
    if verb == "serve":
        # Before anything else is imported: what was imported unpatched would block every other call.
        import warnings

        with warnings.catch_warnings():
            # Nameko stands on eventlet; that it is old news is known, and said in docs/architecture.md.
            warnings.simplefilter("ignore")
            import eventlet

        eventlet.monkey_patch()
    from chassis import logs
    from chassis.settings import Settings

    settings = Settings()
    logs.configure(f"{service}" if verb == "serve" else f"{service}.{verb}", settings.log_format)
    if verb == "serve":
        from chassis.serve import serve

        serve(service, settings)
    elif verb == "relay":
        from chassis.relay import relay

        relay(service, settings)
    elif verb == "replay":
        from chassis.replay import replay

        print(f"{replay(service, settings)} put back")
    else:
        from chassis.migrate import migrate

        migrate(service, settings.need("database_url"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
