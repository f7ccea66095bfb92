"""Who may do what on the broker: see definitions.py, the one truth for every way of running it."""
