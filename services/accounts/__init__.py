"""Accounts, families and what opens them: the import of a school, activation keys, sign-in, the outgoing mail."""
