"""Absences after the deadline, and what a parent may say against a roll-call."""
