"""What one may ask of documents: the keys of a vault, what lies in it, what the town was given and what it sent."""
