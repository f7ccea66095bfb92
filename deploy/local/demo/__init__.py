"""The demonstration town: made-up people in a real calendar, loaded through the services’ own commands."""
