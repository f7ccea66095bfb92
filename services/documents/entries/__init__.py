"""What documents answers beside the vault itself: one class per matter."""
