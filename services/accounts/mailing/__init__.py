"""The outgoing mail: what is written to whom, sent, returned, done without."""
