"""Meals: how many of which diet each kitchen cooks."""
