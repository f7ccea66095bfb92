"""Who somebody is and how they come in: registration, sign-in, passwords, passkeys, one's own account."""
