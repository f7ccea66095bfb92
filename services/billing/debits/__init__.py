"""SEPA direct debit (CORE): mandates, collections, the bank's file, what comes back."""
