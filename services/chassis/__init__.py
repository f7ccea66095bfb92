"""How any service runs: settings, database, outbox, relay, inbox, calls, metrics, logs, health.

No word of the business here. Start a process with `python -m chassis serve|relay|migrate|replay SERVICE`.
"""
