"""Prices: rules as functions of their arguments, and the versions in force."""
