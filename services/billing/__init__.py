"""What is owed and what was paid: tariffs, priced consumption, invoices, the ledger, payments, receipts.

facts/       what billing keeps of the others' facts: families, children, bookings, roll-calls
tariffs/     a price and its reason, as functions of their arguments; the tariffs in force
invoicing/   a month: what is due, less what was invoiced, numbered and told; what parents and agents read
accounting/  double entry, a balance is a sum; numbers without a gap
paying/      the card, through the port of provider.py; the cash book
entries/     who takes which question, command and fact
"""
