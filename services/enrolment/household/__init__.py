"""Copies of what accounts tells of families, and who may act for whom."""
