"""A filed request as both sides of the counter read it."""
