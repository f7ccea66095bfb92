"""Enrolments: asked, accepted, refused, waiting, given up."""
