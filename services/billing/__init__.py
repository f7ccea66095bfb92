"""What is owed and what was paid: tariffs, priced consumption, invoices, the ledger, payments, receipts.

facts ─► copies.py, consumption.py      what billing keeps of the others' facts
tariffs.py, effects.py                  a price and its reason, as functions of their arguments
runs.py ─► drafting.py ─► publishing.py a month: what is due, less what was invoiced, numbered and told
ledger.py                               double entry; a balance is a sum
payments.py, notifications.py           the card, through the port of provider.py
statements.py, desk.py                  what parents and agents read
"""
