"""Money coming in: payments, the provider behind its port, the cash book."""
