"""Who is expected, who was there."""
