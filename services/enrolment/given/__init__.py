"""« Déjà fourni »: what the town was given is remembered, and serves again."""
