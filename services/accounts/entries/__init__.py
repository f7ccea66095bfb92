"""Nameko entry points of accounts, one class per matter: parse, call one function, one commit.

`accounts.service.AccountsService` is made of them. These modules alone know that there is a broker.
"""
