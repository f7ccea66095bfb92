"""What a family may show others: what it paid for child care in a year, and its account with the town."""
