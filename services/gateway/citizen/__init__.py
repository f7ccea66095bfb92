"""« Mon espace »: pages of a signed-in citizen, under /mon-espace."""
