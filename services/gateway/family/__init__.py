"""The family’s file: its forms, and how the site speaks of what changes in it."""
