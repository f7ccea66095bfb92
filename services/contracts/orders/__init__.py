"""The orders that other municipal systems may give, as messages on the broker: answered by facts, never by a reply."""
