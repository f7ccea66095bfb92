"""Tariffs, aids and bills: as forms, and in words."""
