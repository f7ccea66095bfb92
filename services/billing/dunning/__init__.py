"""Writing to families whose invoices are late, in steps, and never closing anything to a child."""
