"""What one may ask of billing: invoices and receipts, the month's run, tariffs, card payments.

Amounts are integer euro cents, negative for what is given back; a quotient familial is in euros; `month` is a
month's first day; instants are aware datetimes. `reason` texts are French sentences, kept as they were printed.

One module per matter; import from it: `from contracts.billing.… import …`.
"""
