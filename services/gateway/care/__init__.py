"""What is to be known of a child, in words and as forms."""
