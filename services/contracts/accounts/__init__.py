"""What one may ask of accounts: the import of a school, activation keys, accounts, families, the outgoing mail.

Instants are aware datetimes, `month` a month's first day, a quotient familial whole euros. Lists are paged: `page`
counts from 1 and `total` is the whole. A password or a key in a command is never written down: such commands are
made idempotent by the row they change, not by the journal of commands.

One module per matter; import from it: `from contracts.accounts.… import …`.
"""
