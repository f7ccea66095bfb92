"""Families as they are: guardians, children, contacts, the keys that open their file, what is told of them."""
