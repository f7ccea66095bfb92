"""What a family says once a year: consents, and the certification of its file."""
