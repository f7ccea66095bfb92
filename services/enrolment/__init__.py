"""Enrolment: the offer and its calendar, enrolments, bookings with their proof, attendance."""
