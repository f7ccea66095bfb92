"""Requests: what became of the démarches that were filed, and who in the town answers for them."""
