"""A month: drafted, checked, published; what parents and agents read of it."""
