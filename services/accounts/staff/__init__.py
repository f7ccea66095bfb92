"""The town's agents: roles, second factor, administration, the record of what they look at."""
