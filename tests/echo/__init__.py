"""A service with no business at all: what the tests and benches of the chassis call."""
