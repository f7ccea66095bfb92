"""Which browser this is, and who is signed in there."""
