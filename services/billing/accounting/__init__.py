"""Double entry and numbers without a gap."""
