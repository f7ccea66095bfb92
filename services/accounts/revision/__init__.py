"""Changes of a family's file: asked for, written at once or after a look, decided, withdrawn."""
