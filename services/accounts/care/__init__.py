"""Children's health: each sees what concerns them, sealed at rest, every reading written down."""
