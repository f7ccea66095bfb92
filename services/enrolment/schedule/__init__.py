"""The calendar: school years, holidays, days on which nothing runs."""
