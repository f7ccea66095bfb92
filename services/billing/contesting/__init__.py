"""A family contests a line of an invoice: what it says, what the office answers, what that does to the bill."""
