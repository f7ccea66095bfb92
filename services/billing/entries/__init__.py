"""Nameko entry points of billing, one class per matter: parse, call one function, one commit.

`billing.service.BillingService` is made of them. These modules alone know that there is a broker.
"""
