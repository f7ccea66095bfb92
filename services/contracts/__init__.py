"""What the services say to each other, and nothing else.

A package per speaker: `accounts`, `enrolment`, `billing`, `documents` hold the questions each answers, the commands
each obeys and the errors each raises, a module a matter; `events` holds the facts any of them tells. No I/O, no rule.
"""
