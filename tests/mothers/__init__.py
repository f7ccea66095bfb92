"""Object mothers: small, valid, made-up things for tests; each takes what a test wants to differ."""
