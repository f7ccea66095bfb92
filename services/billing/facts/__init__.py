"""What billing keeps of the other services' facts."""
