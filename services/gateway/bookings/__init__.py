"""Booked days: the grid of a month, a plan in words, the calendar feed."""
