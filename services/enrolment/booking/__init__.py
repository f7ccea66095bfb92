"""Bookings: what may be changed until when, who has the places, and the proof of it."""
