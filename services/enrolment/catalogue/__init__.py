"""What the town offers: places, activities, what each place offers, the sessions."""
