"""One fixture, two providers: containers where a Docker engine answers, the embedded parts where none does.

choose       which of the two
embedded     the parts of deploy.local, one private folder each
containers   the official images, by testcontainers
databases    fresh migrated databases, cloned from a template
vhosts       fresh virtual hosts
system       the whole system, for journeys and faults
"""
