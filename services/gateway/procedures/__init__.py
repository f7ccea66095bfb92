"""How a démarche is filled and composed: its form, its words, what a browser without account keeps of it."""
