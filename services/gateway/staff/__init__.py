"""Pages of the town’s agents, under /agents."""
