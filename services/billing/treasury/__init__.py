"""What the town's accountant is given: the journal, and the claims to collect."""
